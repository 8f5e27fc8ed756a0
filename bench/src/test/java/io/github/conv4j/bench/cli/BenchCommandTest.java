package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.github.conv4j.bench.results.BenchResults;
import io.github.conv4j.bench.results.CallCosts;
import io.github.conv4j.bench.results.Entrant;
import io.github.conv4j.bench.results.MadeUpResults;
import io.github.conv4j.bench.results.Outcome;
import io.github.conv4j.bench.toolchain.CCompiler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BenchCommandTest {
  @Test
  void comparesEnginesOnTheProblemsOfAFile(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("p.txt"), "# one\nmb1_ic4oc4_ih5kh3ph1 # two\n");

    Command command =
        Command.run(
            "bench",
            "--problems",
            file.toString(),
            "--millis",
            "1",
            "--engines",
            "onednn,vector:relaxed",
            "--no-limits",
            "--out",
            folder.toString());

    assertThat(command.exitCode()).isZero();
    assertThat(command.text()).contains("4>4 @5 k3", "vector", "geometric mean", "bench.html");
    assertThat(command.text()).containsPattern("onednn .*f32:f32:f32, fpmath bf16 .*e-0");
    assertThat(command.text()).contains("u8:s8:u8, fused");
    assertThat(BenchResults.read(folder.resolve("bench.json")).names())
        .containsExactly("onednn", "vector:relaxed");
    CallCosts calls =
        Objects.requireNonNull(BenchResults.read(folder.resolve("bench.json")).calls());
    if (CCompiler.find(System.getenv()).isPresent()) {
      assertThat(calls.layers())
          .hasSize(5)
          .allSatisfy(layer -> assertThat(layer.fromC()).isPositive())
          .allSatisfy(layer -> assertThat(layer.ratio()).isPositive());
      assertThat(command.text()).contains("a call of onednn beside C");
    } else {
      assertThat(calls.source()).contains("no C compiler was found");
    }
  }

  @Test
  void refusesANumberOfPairsThatIsNone() {
    Command command = Command.run("bench", "--equal-work", "--pairs", "-1");

    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.err().getFirst()).contains("--pairs must be from 0 to 100000 but is -1");
  }

  @Test
  void leavesOutTheComparisonWithC(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("p.txt"), "mb1_ic4oc4_ih5kh3ph1\n");

    Command command =
        Command.run(
            "bench",
            "--problems",
            file.toString(),
            "--millis",
            "1",
            "--engines",
            "onednn",
            "--no-floor",
            "--no-limits",
            "--no-types",
            "--out",
            folder.toString());

    assertThat(command.exitCode()).isZero();
    assertThat(command.text()).doesNotContain("u8:s8:u8");
    assertThat(BenchResults.read(folder.resolve("bench.json")).calls())
        .isEqualTo(CallCosts.unknown("not measured: --no-floor was given"));
    assertThat(BenchResults.read(folder.resolve("bench.json")).limits().source())
        .startsWith("not measured: --no-limits was given");
  }

  @Test
  void writesAReportAgainWithoutMeasuring(@TempDir Path folder) throws IOException {
    Path json = Files.writeString(folder.resolve("old.json"), MadeUpResults.of(2.5).toJson());

    Command command = Command.run("bench", "--from", json.toString(), "--out", folder.toString());

    assertThat(command.exitCode()).isZero();
    assertThat(folder.resolve("bench.html")).exists();
  }

  @Test
  void anEngineThatComputesSomethingElseIsLeftOut(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("p.txt"), "mb1_ic4oc4_ih5kh3ph1\n");

    Command command;
    try (var _ = FakeEngines.enable()) {
      command =
          Command.run(
              "bench",
              "--problems",
              file.toString(),
              "--millis",
              "1",
              "--engines",
              "reference,wrong,refusing",
              "--no-limits",
              "--out",
              folder.toString());
    }

    assertThat(command.exitCode()).isEqualTo(1);
    assertThat(command.text()).contains("left out: wrong on mb1_ic4oc4", "differs from reference");
    assertThat(BenchResults.read(folder.resolve("bench.json")).layers().getFirst().entrants())
        .extracting(Entrant::reason)
        .contains("it is in no mood");
  }

  @Test
  void comparesOneThreadWithTwo(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("p.txt"), "mb1_ic4oc4_ih5kh3ph1\n");

    Command command =
        Command.run(
            "bench",
            "--problems",
            file.toString(),
            "--millis",
            "1",
            "--engines",
            "vector,vector@2:relaxed",
            "--no-limits",
            "--out",
            folder.toString());

    assertThat(command.exitCode()).isZero();
    BenchResults results = BenchResults.read(folder.resolve("bench.json"));
    assertThat(results.contenders())
        .extracting(BenchResults.Participant::name, BenchResults.Participant::threads)
        .containsExactly(tuple("vector", 1), tuple("vector@2:relaxed", 2));
    assertThat(results.layers().getFirst().entrants())
        .extracting(Entrant::outcome)
        .containsOnly(Outcome.TIMED);
    assertThat(results.calls()).isEqualTo(CallCosts.unknown("engine onednn does not take part"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"onednn@0", "onednn@257", "vector:relaxed@2", "@2", "nobody@2"})
  void refusesNamesOfNoEngine(String name, @TempDir Path folder) {
    assertThat(Command.run("bench", "--engines", name, "--out", folder.toString()).exitCode())
        .isEqualTo(2);
  }

  @Test
  void refusesAnUnknownNetworkOrFile(@TempDir Path folder) {
    Command command = Command.run("bench", "--problems", "nonsense", "--out", folder.toString());

    assertThat(command.exitCode()).isEqualTo(2);
  }

  @Test
  void refusesAMalformedProblem(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("p.txt"), "nonsense!\nfoo\n");

    Command command =
        Command.run("bench", "--problems", file.toString(), "--out", folder.toString());

    assertThat(command.exitCode()).isEqualTo(2);
  }
}
