package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.jmh.JmhProblems;
import io.github.conv4j.problem.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.VerboseMode;

class JmhCommandTest {
  @Test
  void findsTheBenchmarks() {
    var silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);

    assertThat(BenchmarkList.defaultList().getAll(silent, List.of()))
        .extracting(entry -> entry.getUsername().replaceFirst(".*\\.jmh\\.", ""))
        .contains(
            "ExecuteBenchmark.warm",
            "ExecuteBenchmark.cold",
            "PrepareBenchmark.seen",
            "PrepareBenchmark.unseen",
            "FirstCallBenchmark.execute",
            "FirstCallBenchmark.fromNothing");
  }

  @Test
  void turnsProblemsIntoAParameter() {
    List<Problem> problems =
        List.of(
            Problem.parse("mb1_ic4oc4_ih5kh3ph1"), Problem.parseTransposed("mb1_ic4oc4_ih5kh2sh2"));

    assertThat(JmhProblems.parameter(problems))
        .satisfies(
            arguments -> {
              assertThat(arguments.getFirst()).isEqualTo("-p");
              assertThat(arguments.getLast()).startsWith("problem=mb1_ic4oc4_").contains(",t:mb1_");
            });
  }
}
