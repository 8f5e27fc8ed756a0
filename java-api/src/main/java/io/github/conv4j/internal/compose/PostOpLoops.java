package io.github.conv4j.internal.compose;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Eltwise;

/** Post-ops over arrays, by their definition and to the bit. */
final class PostOpLoops {
  private PostOpLoops() {}

  static void apply(PostOp.Operation operation, double[] x, double[] second, int count) {
    switch (operation) {
      case ADD -> {
        for (int i = 0; i < count; i++) {
          x[i] += second[i];
        }
      }
      case SUB -> {
        for (int i = 0; i < count; i++) {
          x[i] -= second[i];
        }
      }
      case MUL -> {
        for (int i = 0; i < count; i++) {
          x[i] *= second[i];
        }
      }
      case DIV -> {
        for (int i = 0; i < count; i++) {
          x[i] /= second[i];
        }
      }
      case MIN -> {
        for (int i = 0; i < count; i++) {
          x[i] = x[i] < second[i] ? x[i] : second[i];
        }
      }
      case MAX -> {
        for (int i = 0; i < count; i++) {
          x[i] = x[i] > second[i] ? x[i] : second[i];
        }
      }
      case PRELU -> {
        for (int i = 0; i < count; i++) {
          x[i] = x[i] > 0 ? x[i] : second[i] * x[i];
        }
      }
    }
  }

  /** The common ones in loops of their own. */
  static void apply(Eltwise eltwise, double[] x, int count) {
    double alpha = eltwise.alpha();
    double beta = eltwise.beta();
    switch (eltwise.function()) {
      case RELU -> {
        if (alpha == 0) {
          for (int i = 0; i < count; i++) {
            x[i] = x[i] > 0 ? x[i] : 0;
          }
        } else {
          for (int i = 0; i < count; i++) {
            x[i] = x[i] > 0 ? x[i] : alpha * x[i];
          }
        }
      }
      case CLIP -> {
        for (int i = 0; i < count; i++) {
          double atLeast = x[i] > alpha ? x[i] : alpha;
          x[i] = atLeast < beta ? atLeast : beta;
        }
      }
      case LINEAR -> {
        for (int i = 0; i < count; i++) {
          x[i] = alpha * x[i] + beta;
        }
      }
      case SIGMOID -> {
        for (int i = 0; i < count; i++) {
          x[i] = 1 / (1 + Math.exp(-x[i]));
        }
      }
      case SWISH -> {
        for (int i = 0; i < count; i++) {
          x[i] *= 1 / (1 + Math.exp(-alpha * x[i]));
        }
      }
      case HARD_SWISH -> {
        for (int i = 0; i < count; i++) {
          // As unit does it but for NaN, which x is too then.
          x[i] *= Math.max(0, Math.min(1, x[i] / 6 + 0.5));
        }
      }
      case HARD_SIGMOID -> {
        for (int i = 0; i < count; i++) {
          x[i] = unit(alpha * x[i] + beta);
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          x[i] = eltwise.apply(x[i], 0);
        }
      }
    }
  }

  private static double unit(double x) {
    double atMost = x < 1 ? x : 1;
    return atMost > 0 ? atMost : 0;
  }
}
