package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ShadowCommandTest {
  @Test
  void timesBothInTurns() {
    Command command =
        Command.run(
            "shadow",
            "mb1_ic4oc4_ih4kh1",
            "--engine",
            "vector",
            "--callers",
            "2",
            "--interval",
            "5",
            "--millis",
            "100",
            "--turn-millis",
            "10");

    assertThat(command.exitCode()).isZero();
    assertThat(command.text().lines().filter(line -> line.startsWith("mb1_ic4oc4_ih4kh1")))
        .hasSize(1)
        .allMatch(line -> line.endsWith(" 0"));
  }

  @Test
  void refusesWhatItCannotRead() {
    assertThat(Command.run("shadow", "mb1").exitCode()).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
    assertThat(Command.run("shadow", "--interval", "0").err())
        .anyMatch(line -> line.contains("--interval must be from 1 to"));
  }
}
