package io.github.conv4j.networks.internal.comparison;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.report.TensorVerdict;
import java.util.Arrays;
import java.util.Locale;

/** Compares a tensor element by element. */
final class Difference {
  private Difference() {}

  /** Returns by which share of it a number is rounded at most; doubles are computed as floats. */
  static double unitRoundoff(ElementType element) {
    return switch (element) {
      case FLOAT16 -> 0x1p-11;
      case BFLOAT16 -> 0x1p-8;
      default -> 0x1p-24;
    };
  }

  private static double least(ElementType element) {
    return element == ElementType.FLOAT16 ? 0x1p-24 : Float.MIN_VALUE;
  }

  static TensorVerdict of(Observed observed, Tracked expected, Values actual) {
    double[] wanted = expected.values().asReals();
    double[] found = actual.asReals();
    double[] permitted = expected.errors();
    boolean exact = expected.isExact();
    double unit = unitRoundoff(actual.type().element());
    double least = least(actual.type().element());
    long wrong = 0;
    double worst = 0;
    double largest = 0;
    int worstAt = -1;
    for (int i = 0; i < wanted.length; i++) {
      if (Double.compare(wanted[i], found[i]) == 0 || wanted[i] == found[i]) {
        continue;
      }
      double error = Math.abs(wanted[i] - found[i]);
      // The reference's number is rounded like every number of that type.
      double most = exact ? 0 : permitted[i] + unit * Math.abs(wanted[i]) + least;
      boolean isWrong = !(error <= most || most == Double.POSITIVE_INFINITY);
      wrong += isWrong ? 1 : 0;
      double share = isWrong && !(error / most < 1e9) ? 1e9 : error / most;
      if (!Double.isInfinite(most) && share > worst) {
        worst = share;
        worstAt = i;
      }
      largest = error > largest ? error : largest;
    }
    return new TensorVerdict(
        observed.name(),
        observed.step(),
        wanted.length,
        wrong,
        worst,
        largest,
        worstAt < 0 ? "" : text(actual.type().dims(), worstAt, found, wanted, permitted));
  }

  private static String text(
      long[] dims, int index, double[] found, double[] wanted, double[] permitted) {
    long[] at = new long[dims.length];
    long rest = index;
    for (int axis = dims.length - 1; axis >= 0; axis--) {
      at[axis] = rest % dims[axis];
      rest /= dims[axis];
    }
    return String.format(
        Locale.ROOT,
        "at %s: %.9g instead of %.9g, within %.2g",
        Arrays.toString(at),
        found[index],
        wanted[index],
        permitted[index]);
  }
}
