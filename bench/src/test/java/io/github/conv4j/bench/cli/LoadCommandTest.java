package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.as;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import io.github.conv4j.bench.results.LoadResults;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadCommandTest {
  private static final String PROBLEM = "mb1_ic4oc4_ih5kh3ph1";

  @Test
  void showsThroughputAndPercentiles(@TempDir Path folder) throws IOException {
    Command command =
        Command.run(
            "load",
            "--problem",
            PROBLEM,
            "--seconds",
            "0.01",
            "--clients",
            "2",
            "--engines",
            "onednn,vector",
            "--out",
            folder.toString());

    assertThat(command.exitCode()).isZero();
    assertThat(command.text()).contains("p99.9", "onednn", "vector");
    assertThat(command.out().getLast()).startsWith("onednn, 2 clients: ").contains("errors 0");
    assertThat(LoadResults.read(folder.resolve("load.json")).runs())
        .hasSize(2)
        .allSatisfy(run -> assertThat(run.percentiles()).containsKeys("50", "99.9", "100"));
  }

  @Test
  void comparesSeveralNumbersOfClientsWithClientsApart(@TempDir Path folder) throws IOException {
    Command command =
        Command.run(
            "load",
            "--problem",
            PROBLEM,
            "--seconds",
            "0.01",
            "--clients",
            "1,2",
            "--engines",
            "vector",
            "--out",
            folder.toString());

    assertThat(command.exitCode()).isZero();
    assertThat(command.text()).contains("vector apart", "p99/fair share");
    assertThat(command.out().stream().filter(line -> line.startsWith("vector apart")))
        .singleElement(as(STRING))
        .containsPattern(" 1\\.00 +\\d+\\.\\d\\d +\\d+\\.\\d\\d *$");
    assertThat(LoadResults.read(folder.resolve("load.json")).runs())
        .extracting(LoadResults.Run::apart)
        .containsExactly(true, false, false);
  }

  @Test
  void comparesTypesWithFloats() {
    Command command =
        Command.run(
            "load",
            "--problem",
            "mb1_ic8oc8_ih5kh3ph1",
            "--clients",
            "1",
            "--seconds",
            "0.01",
            "--engines",
            "onednn",
            "--dt",
            "bf16:bf16:bf16,u8:s8:u8");

    assertThat(command.err()).isEmpty();
    assertThat(command.exitCode()).isZero();
    assertThat(command.text())
        .containsPattern(
            "onednn bf16:bf16:bf16, 1 clients: .* times the calls of f32, error .*e-03")
        .containsPattern("onednn u8:s8:u8, 1 clients: .* times the calls of f32, error .*e-0[23]");
    assertThat(Command.run("load", "--dt", "u9").exitCode()).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
  }

  @Test
  void servesAnOpenLoop() {
    Command command =
        Command.run(
            "load",
            "--problem",
            PROBLEM,
            "--seconds",
            "0.05",
            "--rate",
            "100",
            "--engines",
            "vector");

    assertThat(command.exitCode()).isZero();
    assertThat(command.text()).contains("unserved");
  }

  @Test
  void failsWhereAResultIsWrong() {
    try (var _ = FakeEngines.enable()) {
      Command command =
          Command.run("load", "--problem", PROBLEM, "--seconds", "0.01", "--engines", "wrong");

      assertThat(command.exitCode()).isEqualTo(1);
      assertThat(command.text()).contains("the result is wrong: element 0 is");
    }
  }

  @Test
  void namesWhoCannotCompute() {
    try (var _ = FakeEngines.enable()) {
      Command command =
          Command.run(
              "load", "--problem", PROBLEM, "--seconds", "0.01", "--engines", "refusing,vector");

      assertThat(command.exitCode()).isZero();
      assertThat(command.text()).contains("without refusing: it is in no mood");
    }
  }

  @Test
  void saysHowToGetPeers() {
    Command command = Command.run("load", "--seconds", "0.01", "--peers");

    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(String.join("\n", command.err())).contains("--peers, which fetches them");
  }

  @Test
  void refusesNumbersOutOfRange() {
    assertThat(Command.run("load", "--clients", "0").exitCode()).isEqualTo(2);
    assertThat(Command.run("load", "--seconds", "-1").exitCode()).isEqualTo(2);
    assertThat(Command.run("load", "--rate", "-1").exitCode()).isEqualTo(2);
    assertThat(Command.run("load", "--problem", "nonsense!").exitCode()).isEqualTo(2);
  }
}
