package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.jmh.JmhProblems;
import io.github.conv4j.bench.network.NetworkLayer;
import io.github.conv4j.bench.network.Networks;
import io.github.conv4j.problem.Problem;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** Runs JMH on the benchmarks of conv4j. */
@Command(
    name = "jmh",
    sortOptions = false,
    description = {
      "Run the JMH benchmarks; whatever is not listed here goes to JMH, for example:",
      "  conv4j jmh ExecuteBenchmark.warm -p engine=onednn,vector -p layout=nchw,nhwc -prof gc",
      "Parameters: problem, engine, type, layout, threads, evictMebibytes. JMH's own help: jmh --"
          + " -h"
    })
final class JmhCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--problems",
      paramLabel = "FILE|NETWORK",
      description =
          "A file of problem lines in benchdnn's batch syntax, or a network as bench knows them,"
              + " instead of -p problem=LINE,...")
  private @Nullable String problems;

  @Unmatched private List<String> jmhArguments = new ArrayList<>();

  @Override
  public Integer call() throws IOException {
    List<String> arguments = new ArrayList<>(jmhArguments);
    arguments.removeIf("--"::equals);
    if (problems != null) {
      try {
        arguments.addAll(JmhProblems.parameter(read(problems)));
      } catch (IllegalArgumentException e) {
        throw new ParameterException(spec.commandLine(), e.getMessage(), e);
      }
    }
    // Ends the process itself where a benchmark fails.
    org.openjdk.jmh.Main.main(arguments.toArray(String[]::new));
    return ExitCodes.OK;
  }

  private static List<Problem> read(String chosen) {
    return Networks.isKnown(chosen)
        ? Networks.layers(chosen).stream().map(NetworkLayer::problem).toList()
        : BatchFile.read(Path.of(chosen), false).problems();
  }
}
