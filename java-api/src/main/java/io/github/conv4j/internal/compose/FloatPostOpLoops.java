package io.github.conv4j.internal.compose;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Eltwise;

/** Post-ops over arrays in f32, as {@link PostOp#applyInFloat} defines them and to the bit. */
final class FloatPostOpLoops {
  private static final float SIXTH = 1f / 6;

  private FloatPostOpLoops() {}

  static void apply(PostOp.Operation operation, float[] x, float[] second, int count) {
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
  static void apply(Eltwise eltwise, float[] x, int count) {
    float alpha = eltwise.alpha();
    float beta = eltwise.beta();
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
          float atLeast = x[i] > alpha ? x[i] : alpha;
          x[i] = atLeast < beta ? atLeast : beta;
        }
      }
      case LINEAR -> {
        for (int i = 0; i < count; i++) {
          x[i] = alpha * x[i] + beta;
        }
      }
      case HARD_SWISH -> {
        for (int i = 0; i < count; i++) {
          // As the definition does it but for NaN, which x is too then.
          x[i] *= Math.max(0, Math.min(1, x[i] * SIXTH + 0.5f));
        }
      }
      case HARD_SIGMOID -> {
        for (int i = 0; i < count; i++) {
          float y = alpha * x[i] + beta;
          float atMost = y < 1 ? y : 1;
          x[i] = atMost > 0 ? atMost : 0;
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          x[i] = eltwise.applyInFloat(x[i], 0);
        }
      }
    }
  }
}
