package io.github.conv4j.internal.compose;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;

/**
 * Depth to space: the channels of a pixel become a block of outputs, {@code dst[n, c, qh*sh + rh -
 * skippedH, ...] = blocks[n, (rh*sw + rw)*oc + c, qh, qw]}.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DepthToSpace.html">ONNX DepthToSpace (DCR)</a>
 */
final class Interleave {
  private final Activation from;
  private final Activation to;
  private final int strideD;
  private final int strideH;
  private final int strideW;
  private final int skippedD;
  private final int skippedH;
  private final int skippedW;

  Interleave(Subpixel subpixel, TensorSpec blocks, TensorSpec dst) {
    from = Activation.of(blocks);
    to = Activation.of(dst);
    var axes = subpixel.axes();
    int last = axes.size() - 1;
    strideW = axes.get(last).stride();
    skippedW = axes.get(last).skipped();
    strideH = last >= 1 ? axes.get(last - 1).stride() : 1;
    skippedH = last >= 1 ? axes.get(last - 1).skipped() : 0;
    strideD = last >= 2 ? axes.get(last - 2).stride() : 1;
    skippedD = last >= 2 ? axes.get(last - 2).skipped() : 0;
  }

  void run(MemorySegment in, MemorySegment out) {
    for (long n = 0; n < to.n(); n++) {
      for (long d = 0; d < to.d(); d++) {
        long blockD = (d + skippedD) / strideD;
        long phaseD = (d + skippedD) % strideD;
        for (long h = 0; h < to.h(); h++) {
          long blockH = (h + skippedH) / strideH;
          long phase = phaseD * strideH + (h + skippedH) % strideH;
          long inAt =
              n * from.sn()
                  + blockD * from.sd()
                  + blockH * from.sh()
                  + phase * strideW * to.c() * from.sc();
          runRow(in, inAt, out, n * to.sn() + d * to.sd() + h * to.sh());
        }
      }
    }
  }

  private void runRow(MemorySegment in, long inRow, MemorySegment out, long outRow) {
    for (int c = 0; c < to.c(); c++) {
      for (int w = 0; w < strideW; w++) {
        // The first output of this phase, and the block that it lies in.
        int first = w < skippedW ? w + strideW - skippedW : w - skippedW;
        long block = w < skippedW ? 1 : 0;
        int count = Math.ceilDiv(to.w() - first, strideW);
        long inAt = inRow + block * from.sw() + ((long) w * to.c() + c) * from.sc();
        long outAt = outRow + first * to.sw() + c * to.sc();
        copy(in, inAt, from.sw(), out, outAt, strideW * to.sw(), count);
      }
    }
  }

  private static void copy(
      MemorySegment in,
      long inAt,
      long inStep,
      MemorySegment out,
      long outAt,
      long outStep,
      int count) {
    for (int i = 0; i < count; i++) {
      float value = in.getAtIndex(JAVA_FLOAT, inAt + i * inStep);
      out.setAtIndex(JAVA_FLOAT, outAt + i * outStep, value);
    }
  }
}
