package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CliTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "dance",
        "--bogus",
        "verify",
        "verify --bogus",
        "verify --problem",
        "verify --problem xx",
        "verify --problem ic1ih5oc1kh9",
        "verify --problem ic3ih5oc1kh3 --random 3",
        "verify --random 0",
        "verify --random many",
        "verify --random 1 --seed x",
        "verify --random 1 --layout sideways",
        "verify --random 1 --dt bf17:f32:f32",
        "verify --random 1 --dt u8:s8:u8 --scales src:-1",
        "load --problem ic8oc8ih8kh3_dt/bf16:bf16:f32/",
        "verify --random 1 --engine steam",
        "verify --problems no-such-file",
        "explain",
        "explain nonsense",
        "explain ic99999999999999999999ih3oc1kh3",
        "explain ic3ih5oc1kh3 --engine steam",
        "tour --image no-such-photo.png",
        "tour --engine steam",
        "tour extra",
      })
  void wrongArgumentsGetOneSentenceAndCode2(String line) {
    Command command = Command.run(line.isEmpty() ? new String[0] : line.split(" "));

    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.out()).isEmpty();
    assertThat(command.err()).hasSize(2);
    assertThat(command.err().getFirst()).startsWith("conv4j: ");
    assertThat(command.err().getLast()).matches("see conv4j( \\w+)? --help");
  }

  @Test
  void anUnknownCommandIsToldTheKnownOnes() {
    assertThat(Command.run("dance").err().getFirst())
        .isEqualTo(
            "conv4j: there is no command 'dance': choose one of tour, verify, explain, engines,"
                + " run, quantize, read, read-check, serve, bench, types, shadow, load, serve-load,"
                + " jmh, overhead");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--help", "tour --help", "verify --help", "explain --help", "--version"})
  void helpAndVersionGoToStdout(String line) {
    Command command = Command.run(line.split(" "));

    assertThat(command.exitCode()).isZero();
    assertThat(command.out()).isNotEmpty();
    assertThat(command.err()).isEmpty();
  }

  @Test
  void enginesListsReasonAndRemedy() {
    Command command = Command.run("engines");

    assertThat(command.exitCode()).isZero();
    assertThat(command.text())
        .containsPattern("reference +priority 0 +available")
        .containsPattern("wrong +priority -1 +unavailable +" + FakeEngines.REASON)
        .contains(FakeEngines.REMEDY);
  }

  @Test
  void anEngineThatCannotStartIsNamedWithItsRemedy() {
    Command command = Command.run("verify", "--engine", "wrong", "--random", "1");

    assertThat(command.exitCode()).isEqualTo(ExitCodes.UNAVAILABLE);
    assertThat(command.err()).hasSize(1);
    assertThat(command.err().getFirst()).contains(FakeEngines.REASON, FakeEngines.REMEDY);
  }
}
