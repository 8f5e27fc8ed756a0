package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.contender.EngineName;
import io.github.conv4j.bench.equal.EqualOptions;
import io.github.conv4j.bench.equal.EqualRun;
import io.github.conv4j.bench.report.Machine;
import java.io.PrintWriter;
import java.util.List;
import picocli.CommandLine;

/** The races of {@code conv4j bench --equal-work}. */
final class EqualWork {
  private EqualWork() {}

  static void run(
      CommandLine command,
      List<String> names,
      List<Integer> threads,
      long seed,
      int pairs,
      PrintWriter stdout) {
    List<EngineName> engines =
        names.isEmpty() ? BenchContenders.available() : BenchContenders.chosen(names, command);
    var machine = Machine.describe();
    stdout.println(
        Terminal.printable(
            "Equal work on %s, %s processors, %s"
                .formatted(machine.get("CPU"), machine.get("Processors"), machine.get("JDK"))));
    var options = new EqualOptions(engines, threads, seed, pairs);
    try (Progress progress = Progress.of("equal work", EqualRun.steps(options))) {
      new EqualRun(
              options,
              line -> {
                stdout.println(Terminal.printable(line));
                stdout.flush();
              },
              what -> {
                progress.show(what);
                progress.step();
              })
          .run();
    }
  }
}
