package io.github.conv4j.internal.compose;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** Writes a result into a part of dst; the rest, which meets no source element, is the bias. */
final class Scatter {
  private final @Nullable Window window;
  private final @Nullable Activation part;
  private final Activation dst;
  private final float[] bias;
  private final boolean coversAll;

  /**
   * Plans the writing.
   *
   * @param window where the result goes; null where there is none
   * @param partSpec what the result is; null where there is none
   * @param bias one number an output channel, zeros where there is no bias
   */
  Scatter(
      @Nullable Window window, @Nullable TensorSpec partSpec, TensorSpec dstSpec, float[] bias) {
    this.window = window;
    this.part = partSpec == null ? null : Activation.of(partSpec);
    this.dst = Activation.of(dstSpec);
    this.bias = bias.clone();
    for (int i = 0; i < this.bias.length; i++) {
      // As the sums of the reference begin: a negative zero becomes a positive one.
      this.bias[i] += 0f;
    }
    this.coversAll = window != null && window.isAll(dstSpec.shape());
  }

  /** Writes dst; where there is no result, {@code result} is not read. */
  void run(MemorySegment result, MemorySegment to) {
    if (!coversAll) {
      fillWithBias(to);
    }
    if (window != null && part != null) {
      copy(result, part, window, to);
    }
  }

  private void fillWithBias(MemorySegment to) {
    for (long n = 0; n < dst.n(); n++) {
      for (long d = 0; d < dst.d(); d++) {
        for (long h = 0; h < dst.h(); h++) {
          for (long w = 0; w < dst.w(); w++) {
            long at = n * dst.sn() + d * dst.sd() + h * dst.sh() + w * dst.sw();
            for (int c = 0; c < bias.length; c++) {
              to.setAtIndex(JAVA_FLOAT, at + c * dst.sc(), bias[c]);
            }
          }
        }
      }
    }
  }

  private void copy(MemorySegment from, Activation of, Window where, MemorySegment to) {
    int last = where.ranges().size() - 1;
    long beginW = where.ranges().get(last).begin();
    long beginH = last >= 1 ? where.ranges().get(last - 1).begin() : 0;
    long beginD = last >= 2 ? where.ranges().get(last - 2).begin() : 0;
    for (long n = 0; n < of.n(); n++) {
      for (long d = 0; d < of.d(); d++) {
        for (long h = 0; h < of.h(); h++) {
          for (long w = 0; w < of.w(); w++) {
            long fromAt = n * of.sn() + d * of.sd() + h * of.sh() + w * of.sw();
            long toAt =
                n * dst.sn()
                    + (d + beginD) * dst.sd()
                    + (h + beginH) * dst.sh()
                    + (w + beginW) * dst.sw();
            copyChannels(from, fromAt, of.sc(), to, toAt);
          }
        }
      }
    }
  }

  private void copyChannels(
      MemorySegment from, long fromAt, long fromStride, MemorySegment to, long toAt) {
    if (fromStride == 1 && dst.sc() == 1) {
      MemorySegment.copy(
          from, fromAt * Float.BYTES, to, toAt * Float.BYTES, (long) dst.c() * Float.BYTES);
      return;
    }
    for (long c = 0; c < dst.c(); c++) {
      float value = from.getAtIndex(JAVA_FLOAT, fromAt + c * fromStride);
      to.setAtIndex(JAVA_FLOAT, toAt + c * dst.sc(), value);
    }
  }
}
