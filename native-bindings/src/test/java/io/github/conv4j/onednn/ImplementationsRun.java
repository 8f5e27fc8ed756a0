package io.github.conv4j.onednn;

import io.github.conv4j.contract.GuardPageArena;
import io.github.conv4j.contract.Problems;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.LayoutChoice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Holds every implementation that oneDNN offers against the reference, on integers between guard
 * pages. Prints each before it runs, so that the last line of a crashed run names the culprit.
 * Argument: number of random problems of each kind. Exit code 1 after a difference.
 */
final class ImplementationsRun {
  /** On the smallest CPU there are still the implementations for SSE 4.1 and the catch-alls. */
  private static final int LEAST_RUNS = 500;

  private static final int LEAST_NAMES = 3;

  private ImplementationsRun() {}

  public static void main(String[] arguments) {
    List<Problem> problems = new ArrayList<>();
    for (boolean transposed : new boolean[] {false, true}) {
      problems.addAll(Problems.hazards(transposed));
      problems.addAll(Problems.random(transposed, Integer.parseInt(arguments[0])));
    }
    Map<String, Integer> runs = new TreeMap<>();
    int failures = 0;
    try (var engine =
        (Alternatives) Engines.named("onednn", EngineOptions.defaults().withThreads(1))) {
      for (Problem problem : problems) {
        var expected = new Expected(problem);
        for (LayoutChoice layout : List.of(LayoutChoice.NCHW, LayoutChoice.NHWC)) {
          failures += run(engine, expected, layout, runs);
        }
      }
    }
    runs.forEach((name, count) -> say("%d %s".formatted(count, name)));
    int runCount = runs.values().stream().mapToInt(Integer::intValue).sum();
    if (runCount < LEAST_RUNS || runs.size() < LEAST_NAMES) {
      failures++;
      say("FAILED only %d runs of %d implementations".formatted(runCount, runs.size()));
    }
    say("%d failed".formatted(failures));
    System.exit(failures == 0 ? 0 : 1);
  }

  /** A problem with its tensors, in row-major order. */
  private static final class Expected {
    final Problem problem;
    final float[] x;
    final float[] w;
    final float @Nullable [] b;
    private float @Nullable [] values;

    Expected(Problem problem) {
      var convolution = problem.convolution();
      this.problem = problem;
      x = Runs.integers(problem.src(), 1);
      w = Runs.integers(convolution.weightsShape(), 2);
      b = convolution.hasBias() ? Runs.integers((int) convolution.outChannels(), 3) : null;
    }

    float[] values() {
      if (values == null) {
        values = Runs.reference(problem.convolution(), problem.src(), x, w, b);
      }
      return values;
    }
  }

  private static int run(
      Alternatives engine, Expected expected, LayoutChoice layout, Map<String, Integer> runs) {
    Problem problem = expected.problem;
    var convolution = problem.convolution();
    float[] b = expected.b;
    int failures = 0;
    try (var arena = GuardPageArena.open(GuardPageArena.Edge.END)) {
      var srcSpec = spec(layout, problem.src().rank(), problem.src().dims());
      var dstSpec = spec(layout, problem.dst().rank(), problem.dst().dims());
      var request =
          PrepareRequest.of(
              convolution,
              srcSpec,
              dstSpec,
              Tensor.ofFloats(TensorSpec.weights(convolution.weightsShape()), expected.w, arena),
              b == null ? null : Tensor.ofFloats(TensorSpec.bias(b.length), b, arena));
      Tensor src = Tensor.ofFloats(srcSpec, expected.x, arena);
      Tensor dst = Tensor.allocate(dstSpec, arena);
      List<String> names = engine.implementations(request);
      if (Set.copyOf(names).size() < names.size()) {
        failures++;
        say("FAILED %s %s %s: one name for two".formatted(names, layout, problem));
      }
      for (String name : names) {
        say("%s %s %s".formatted(name, layout, problem));
        runs.merge(name, 1, Integer::sum);
        dst.fill(Float.NaN);
        try (var prepared = engine.prepare(request, name)) {
          prepared.execute(src, dst);
          boolean isPrimitive = name.contains(":");
          if (isPrimitive && !isNamed(prepared, name)) {
            failures++;
            say("FAILED %s %s %s: another ran".formatted(name, layout, problem));
          }
        }
        float[] actual = dst.toFloatArray();
        int at = Arrays.mismatch(actual, expected.values());
        if (at >= 0 && !same(actual, expected.values())) {
          failures++;
          say("FAILED %s %s %s: element %d".formatted(name, layout, problem, at));
        }
      }
    }
    return failures;
  }

  /** Whether a prepared convolution runs in the way that is asked for by this name. */
  static boolean isNamed(PreparedConvolution prepared, String name) {
    List<Explanation.Stage> stages =
        prepared.explain().stages().stream()
            .filter(stage -> !stage.implementation().equals("no copy"))
            .toList();
    Explanation.Stage kernel =
        stages.stream()
            .filter(stage -> stage.operation().endsWith("convolution"))
            .findFirst()
            .orElseThrow();
    boolean pads = stages.getFirst().operation().equals("reorder and pad");
    boolean copies = stages.stream().anyMatch(stage -> stage.operation().startsWith("reorder"));
    boolean isLast = kernel.src().isChannelsLast() && kernel.dst().isChannelsLast();
    boolean isFirst = kernel.src().isChannelsFirst() && kernel.dst().isChannelsFirst();
    String implementation = kernel.implementation();
    return (name.equals(implementation) && !copies)
        || (name.equals("padded:" + implementation) && pads)
        || (name.equals("channels-last:" + implementation) && copies && !pads && isLast)
        || (name.equals("channels-first:" + implementation) && copies && !pads && isFirst);
  }

  private static boolean same(float[] actual, float[] expected) {
    for (int i = 0; i < actual.length; i++) {
      if (actual[i] != expected[i]) {
        return false;
      }
    }
    return true;
  }

  private static TensorSpec spec(LayoutChoice layout, int rank, long... dims) {
    return TensorSpec.of(
        DataType.F32, layout.forRank(rank), io.github.conv4j.tensor.Shape.of(dims));
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }
}
