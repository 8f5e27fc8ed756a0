package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.text.TextTable;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.networks.NetworkProfile;
import io.github.conv4j.networks.PreparedNetwork;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.report.NetworkStep;
import io.github.conv4j.problem.Problem;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What a network becomes on an engine, and where its time goes. */
final class NetworkExplanation {
  private static final long WARM_UP_NANOS = 1_000_000_000;
  private static final long MEASURE_NANOS = 2_000_000_000;
  private static final int LEAST_ROUNDS = 3;
  private static final int MOST_ROUNDS = 100;
  private static final int WARM_UP_PARTS = 10;

  private final PrintWriter out;

  NetworkExplanation(PrintWriter out) {
    this.out = out;
  }

  void print(
      NetworkFile file, Engine engine, Map<String, Constant> inputs, NetworkOptions options) {
    file.network().summary().lines().map(Terminal::harmless).forEach(out::println);
    out.println();
    long begin = System.nanoTime();
    try (var progress = Progress.of("explain", 1 + WARM_UP_PARTS + 1)) {
      progress.show("preparing");
      try (PreparedNetwork prepared = file.prepare(engine, inputs, options);
          Arena arena = Arena.ofShared()) {
        long nanos = System.nanoTime() - begin;
        progress.step();
        var run = new NetworkRun(prepared, inputs, arena);
        NetworkProfile profile = measure(prepared, run, progress);
        out.printf(
            Locale.ROOT,
            "engine %s, %d threads, prepared in %.2f s, a run takes %.3f ms%n%n",
            EngineChoice.title(engine),
            engine.options().threads(),
            nanos / 1e9,
            profile.totalNanos() / 1e6);
        table(profile).lines().stream().map(Terminal::harmless).forEach(out::println);
        out.println();
        printMemory(prepared, profile.steps());
      }
    }
    out.flush();
  }

  private static NetworkProfile measure(
      PreparedNetwork prepared, NetworkRun run, Progress progress) {
    progress.show("warming up");
    long part = 0;
    long spent = 0;
    long last = 0;
    for (int i = 0; i < LEAST_ROUNDS || spent < WARM_UP_NANOS; i++) {
      last = run.execute();
      spent += last;
      for (; part < WARM_UP_PARTS && spent * WARM_UP_PARTS >= (part + 1) * WARM_UP_NANOS; part++) {
        progress.step();
      }
    }
    progress.show("measuring");
    int rounds = Math.clamp(MEASURE_NANOS / Math.max(1, last), LEAST_ROUNDS, MOST_ROUNDS);
    NetworkProfile profile = prepared.profile(run.call(), rounds);
    progress.step();
    return profile;
  }

  private static TextTable table(NetworkProfile profile) {
    var table =
        new TextTable("step", "ms", "share", "GFLOP/s", "implementation", "shapes and post-ops")
            .textFrom(4);
    for (int i = 0; i < profile.steps().size(); i++) {
      NetworkStep step = profile.steps().get(i);
      long nanos = profile.nanos().get(i);
      table.add(
          "%d %s".formatted(i + 1, step.node()),
          String.format(Locale.ROOT, "%.3f", nanos / 1e6),
          String.format(Locale.ROOT, "%.1f %%", 100 * profile.share(i)),
          speed(step, nanos),
          step.implementation(),
          step.detail());
    }
    return table;
  }

  private static String speed(NetworkStep step, long nanos) {
    if (step.problem().isEmpty() || nanos == 0) {
      return "";
    }
    try {
      long multiplications = Problem.parse(step.problem()).multiplications();
      return String.format(Locale.ROOT, "%.1f", 2.0 * multiplications / nanos);
    } catch (IllegalArgumentException _) {
      return "";
    }
  }

  private void printMemory(PreparedNetwork prepared, List<NetworkStep> steps) {
    printField("steps", Units.count(steps.size()));
    printField("reorders", Units.count(prepared.reorders()));
    printField("passes", prepared.passes().toString());
    printField("memory of a call", Units.bytes(prepared.arenaByteSize()));
    printField("needed at one time", Units.bytes(prepared.leastByteSize()));
    printField("without sharing", Units.bytes(prepared.naiveByteSize()));
    printField("packed weights", Units.bytes(prepared.weightsByteSize()));
    prepared.warnings().stream()
        .map(Terminal::harmless)
        .forEach(warning -> printField("warning", warning));
  }

  private void printField(String name, String value) {
    out.printf("%-18s %s%n", name, value);
  }
}
