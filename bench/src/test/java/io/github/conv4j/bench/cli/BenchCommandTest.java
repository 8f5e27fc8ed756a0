package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BenchCommandTest {
  @Test
  void comparesEnginesOnTheProblemsOfAFile(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("p.txt"), "# one\nmb1_ic4oc4_ih5kh3ph1 # two\n");

    Command command =
        Command.run(
            "bench", "--problems", file.toString(), "--millis", "1", "--engines", "onednn,vector");

    assertThat(command.exitCode()).isZero();
    assertThat(command.text()).contains("mb1_ic4oc4_ih5oh5kh3", "vector", "geometric mean");
  }

  @Test
  void refusesAMalformedProblem(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("p.txt"), "nonsense!\nfoo\n");

    Command command = Command.run("bench", "--problems", file.toString());

    assertThat(command.exitCode()).isEqualTo(2);
  }
}
