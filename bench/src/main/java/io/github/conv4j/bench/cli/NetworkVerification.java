package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.text.TextTable;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.networks.NetworkVerifier;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.report.NetworkVerdict;
import io.github.conv4j.networks.report.TensorVerdict;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;

/** Holds an engine's run of a network against the reference, tensor by tensor. */
final class NetworkVerification {
  private static final int MOST_FAILURES = 20;

  private final NetworkFile file;
  private final NetworkOptions options;
  private final CommandLine command;
  private final PrintWriter out;

  NetworkVerification(NetworkFile file, NetworkOptions options, CommandLine command) {
    this.file = file;
    this.options = options;
    this.command = command;
    this.out = command.getOut();
  }

  /** Compares and prints; returns the exit code. */
  int run(Engine engine, Map<String, Constant> inputs, List<String> random, long seed) {
    out.println(Terminal.harmless(file.network().toString()));
    inputs.forEach(
        (name, tensor) ->
            out.println(
                Terminal.harmless(
                    "input %s: %s%s"
                        .formatted(
                            name,
                            tensor,
                            random.contains(name) ? " by chance, seed " + seed : ""))));
    out.printf("engine %s%n%n", EngineChoice.title(engine));
    out.flush();
    NetworkVerdict verdict;
    try (var progress = Progress.of("verify", file.network().nodes().size())) {
      var verifier = new NetworkVerifier(file.network(), engine, options);
      progress.show("running the engine");
      verdict =
          NetworkFile.refusing(
              command,
              () ->
                  verifier.verify(
                      inputs,
                      node -> {
                        progress.show(node.operator());
                        progress.step();
                      }));
    }
    table(verdict).lines().stream().map(Terminal::harmless).forEach(out::println);
    out.println();
    verdict.firstDivergence().ifPresent(first -> printDivergences(first, verdict, engine));
    printSummary(verdict);
    out.flush();
    return verdict.passed() ? ExitCodes.OK : ExitCodes.FAILED;
  }

  /** A row for each operator. */
  private static TextTable table(NetworkVerdict verdict) {
    Map<String, Row> rows = new LinkedHashMap<>();
    for (TensorVerdict tensor : verdict.tensors()) {
      String node = tensor.step().node();
      int end = node.indexOf(" \"");
      rows.merge(end < 0 ? node : node.substring(0, end), Row.of(tensor), Row::with);
    }
    var table = new TextTable("what", "tensors", "elements", "wrong", "largest error", "of bound");
    rows.forEach(
        (operator, row) ->
            table.add(
                operator,
                Units.count(row.tensors()),
                Units.count(row.elements()),
                Units.count(row.wrong()),
                String.format(Locale.ROOT, "%.3g", row.largest()),
                String.format(Locale.ROOT, "%.1f %%", 100 * row.worst())));
    return table;
  }

  private record Row(long tensors, long elements, long wrong, double largest, double worst) {
    static Row of(TensorVerdict tensor) {
      return new Row(
          1, tensor.elementCount(), tensor.wrongCount(), tensor.largestError(), tensor.worst());
    }

    Row with(Row other) {
      return new Row(
          tensors + other.tensors,
          elements + other.elements,
          wrong + other.wrong,
          Math.max(largest, other.largest),
          Math.max(worst, other.worst));
    }
  }

  private void printDivergences(TensorVerdict first, NetworkVerdict verdict, Engine engine) {
    print(
        String.format(
            Locale.ROOT, "first divergence: %s of %s", first.value(), first.step().node()));
    print(String.format(Locale.ROOT, "  %s", first.step().implementation()));
    print(String.format(Locale.ROOT, "  %s", first.step().detail()));
    print(
        String.format(
            Locale.ROOT,
            "  %,d of %,d wrong, %s",
            first.wrongCount(),
            first.elementCount(),
            first.difference()));
    if (!first.step().problem().isEmpty()) {
      boolean relaxed = engine.options().accuracy() == Accuracy.RELAXED;
      print(
          String.format(
              Locale.ROOT,
              "  repeat its convolution: ./conv4j verify --engine %s%s --floats --layout nhwc"
                  + " --problem %s",
              engine.name(),
              relaxed ? " --relaxed" : "",
              first.step().problem()));
    }
    verdict.tensors().stream()
        .filter(tensor -> !tensor.passed() && !tensor.equals(first))
        .limit(MOST_FAILURES)
        .forEach(
            tensor ->
                print(
                    String.format(
                        Locale.ROOT,
                        "also: %s of %s, %,d wrong",
                        tensor.value(),
                        tensor.step().node(),
                        tensor.wrongCount())));
    out.println();
  }

  private void print(String line) {
    out.println(Terminal.harmless(line));
  }

  private void printSummary(NetworkVerdict verdict) {
    long failed = verdict.tensors().stream().filter(tensor -> !tensor.passed()).count();
    if (!verdict.uncompared().isEmpty()) {
      print(
          String.format(
              Locale.ROOT,
              "%,d results of rewrites are not in the graph; they show in what is computed of them",
              verdict.uncompared().size()));
    }
    out.printf("%d passed, %d failed%n", verdict.tensors().size() - failed, failed);
  }
}
