package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TypesCommandTest {
  /** Whether something is gained is up to the machine. */
  private static Stream<String> rows(Command command, String types) {
    return command
        .text()
        .lines()
        .filter(line -> line.contains(types) && !line.contains("gains nothing"));
  }

  @Test
  void showsTypesBesideFloats() {
    Command command =
        Command.run(
            "types",
            "mb1_ic8oc8_ih6kh3ph1",
            "mb1_ic4oc4_ih4kh1",
            "--engine",
            "reference",
            "--dt",
            "u8:s8:u8,u8:s8:s32,bf16:bf16:bf16",
            "--millis",
            "1");

    assertThat(command.exitCode()).isZero();
    assertThat(command.text().lines().filter(line -> line.contains("java:naive-loops"))).hasSize(6);
    assertThat(command.text())
        .contains("mb1_ic8oc8_ih6kh3ph1", "mb1_ic4oc4_ih4kh1", "u8:s8:u8", "bf16:bf16:bf16");
    // Bytes of src and dst, weights of 7 bits: a step of the largest number, about its 440th part.
    assertThat(rows(command, "u8:s8:u8 "))
        .hasSize(2)
        .allMatch(line -> line.contains("e-02") || line.contains("e-03"));
  }

  @Test
  void showsWhatRoundingGainsAndCosts() {
    Command command =
        Command.run(
            "types",
            "mb1_ic8oc8_ih6kh3ph1",
            "--engine",
            "onednn",
            "--fpmath",
            "bf16",
            "--dt",
            "bf16:bf16:f32",
            "--millis",
            "1");

    assertThat(command.exitCode()).isZero();
    assertThat(command.text()).contains("f32:f32:f32, fpmath bf16", "error");
    // Both numbers of a product are rounded, by up to 2^-9 of themselves on average.
    assertThat(rows(command, "bf16:bf16:f32")).hasSize(1).allMatch(line -> line.contains("e-03"));
  }

  @Test
  void refusesWhatItCannotRead() {
    assertThat(Command.run("types", "--fpmath", "tf32").exitCode())
        .isEqualTo(ExitCodes.WRONG_ARGUMENTS);
    assertThat(Command.run("types", "--dt", "u9").exitCode()).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
    assertThat(Command.run("types", "--most-weight", "128").err())
        .anyMatch(line -> line.contains("--most-weight must be from 1 to 127 but is 128"));
  }
}
