package io.github.conv4j.bench.overhead;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.results.CallCosts;
import io.github.conv4j.bench.toolchain.TemporaryFolder;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import picocli.CommandLine;

/** Runs the parts once, without looking at the times. */
@Execution(ExecutionMode.CONCURRENT)
class OverheadRunTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  Path folder;

  @Test
  void measuresPrepareAndCallsInAnotherJvm() throws Exception {
    var trials = new Trials();

    trials.add(folder, new FloorCompiler.Result.Absent("not wanted"), folder, 1);

    assertThat(trials.calls())
        .hasSize(2 * Layer.all().size())
        .allMatch(calls -> calls.floor() == null && calls.nanos().median() > 0)
        .noneMatch(calls -> calls.implementation().isEmpty());
    assertThat(trials.prepares())
        .hasSize(Layer.all().size() + 1)
        .allMatch(prepare -> prepare.first().median() > 0 && prepare.seen().median() > 0);
  }

  @Test
  void saysWhyCallsWereNotComparedWithC() throws Exception {
    try (var comparison = new CallComparison(Map.of("PATH", folder.toString()), 5)) {
      comparison.addJvm();
      comparison.addJvm();

      assertThat(comparison.result()).isEqualTo(CallCosts.unknown(FloorCompiler.NO_COMPILER));
    }
  }

  @Test
  void loadsIntoAnEmptyFolderThenFromIt() throws Exception {
    List<OverheadReport.Load> loads = new LoadTimes(folder, 1, 1).measure();

    assertThat(loads).hasSize(2).allMatch(load -> load.nanos().median() > 0);
    try (Stream<Path> cached = Files.list(folder.resolve("cache0"))) {
      assertThat(cached).isNotEmpty();
    }
  }

  @Test
  void removesItsFolder() throws Exception {
    Path path;
    try (var temporary = new TemporaryFolder()) {
      path = temporary.path();
      Files.createDirectories(path.resolve("a").resolve("b"));
      Files.writeString(path.resolve("a").resolve("c"), "x");
    }
    assertThat(path).doesNotExist();
  }

  @Test
  void refusesTooFewRounds() {
    var err = new StringWriter();

    int exitCode =
        new CommandLine(new OverheadCommand())
            .setErr(new PrintWriter(err))
            .execute("--rounds", "1");

    assertThat(exitCode).isEqualTo(2);
    assertThat(err.toString()).contains("--rounds must be from 5 to 1000 but is 1");
  }
}
