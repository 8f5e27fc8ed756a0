package io.github.conv4j.bench.contender;

import java.util.Optional;

/** Tells whether a contender computed what the naive loops compute, before it is timed. */
public final class SameResult {
  /** Far above what rounding leaves behind, Winograd included, far below any mistake. */
  private static final double TOLERANCE = 1e-3;

  private SameResult() {}

  /** Computes a task with the naive loops, which may take seconds. */
  public static float[] expected(Task task) {
    var patient =
        new Task(
            task.problem(),
            task.layout(),
            Runtime.getRuntime().availableProcessors(),
            task.src(),
            task.weights(),
            task.bias());
    try (var naive = new EngineContender("reference");
        Entry entry = naive.enter(patient)) {
      entry.call();
      return entry.result();
    }
  }

  /** Returns how a result differs beyond rounding, or empty if it does not. */
  public static Optional<String> difference(float[] expected, float[] result) {
    if (expected.length != result.length) {
      return Optional.of(
          "the result has %d elements instead of %d".formatted(result.length, expected.length));
    }
    double squares = 0;
    double errors = 0;
    double most = 0;
    int worst = 0;
    for (int i = 0; i < result.length; i++) {
      double error = Math.abs((double) result[i] - expected[i]);
      squares += (double) expected[i] * expected[i];
      errors += error * error;
      if (!(error <= most) && !Double.isNaN(most)) { // the first NaN stays
        most = error;
        worst = i;
      }
    }
    double scale = Math.sqrt(squares / Math.max(1, result.length));
    boolean same = Math.sqrt(errors) <= TOLERANCE * Math.sqrt(squares) && most <= scale / 10;
    return same
        ? Optional.empty()
        : Optional.of(
            "element %d is %s instead of %s".formatted(worst, result[worst], expected[worst]));
  }
}
