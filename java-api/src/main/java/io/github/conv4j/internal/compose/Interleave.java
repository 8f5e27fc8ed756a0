package io.github.conv4j.internal.compose;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.github.conv4j.internal.prepared.Activation;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;

/**
 * Depth to space: the channels of a pixel become a block of outputs, {@code dst[n, c, qh*sh + rh -
 * skippedH, ...] = blocks[n, (rh*sw + rw)*oc + c, qh, qw]}.
 *
 * @see <a href="https://onnx.ai/onnx/operators/onnx__DepthToSpace.html">ONNX DepthToSpace (DCR)</a>
 */
final class Interleave implements Primitive, BoundPrimitive {
  /** From here on a bulk copy is worth its call. */
  private static final int LONG_RUN = 32;

  private final Activation from;
  private final Activation to;
  private final int strideD;
  private final int strideH;
  private final int strideW;
  private final int skippedD;
  private final int skippedH;
  private final int skippedW;
  private final int partCount;

  /** Whether what a block adds to a row of dst lies together on both sides. */
  private final boolean inRuns;

  /**
   * Plans the copy.
   *
   * @param mostParts into how many parts it is cut where dst has so many rows
   */
  Interleave(Subpixel subpixel, TensorSpec blocks, TensorSpec dst, int mostParts) {
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
    partCount = (int) Math.min(mostParts, rows());
    inRuns = from.isChannelsLast() && to.isChannelsLast() && (to.w() == 1 || to.sw() == to.c());
  }

  private long rows() {
    return (long) to.n() * to.d() * to.h();
  }

  @Override
  public int partCount() {
    return partCount;
  }

  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    return this;
  }

  @Override
  public void runAlone(MemorySegment in, MemorySegment out, MemorySegment[] operands) {
    run(in, out, 0, rows());
  }

  @Override
  public void runPart(int part, MemorySegment in, MemorySegment out, MemorySegment[] operands) {
    run(in, out, rows() * part / partCount, rows() * (part + 1) / partCount);
  }

  @Override
  public void close() {}

  private void run(MemorySegment in, MemorySegment out, long firstRow, long pastRow) {
    for (long row = firstRow; row < pastRow; row++) {
      long h = row % to.h();
      long d = row / to.h() % to.d();
      long n = row / to.h() / to.d();
      long blockD = (d + skippedD) / strideD;
      long phaseD = (d + skippedD) % strideD;
      long blockH = (h + skippedH) / strideH;
      long phase = phaseD * strideH + (h + skippedH) % strideH;
      long inAt =
          n * from.sn()
              + blockD * from.sd()
              + blockH * from.sh()
              + phase * strideW * to.c() * from.sc();
      long outAt = n * to.sn() + d * to.sd() + h * to.sh();
      if (inRuns) {
        runs(in, inAt, out, outAt);
      } else {
        elements(in, inAt, out, outAt);
      }
    }
  }

  private void runs(MemorySegment in, long inRow, MemorySegment out, long outRow) {
    int c = to.c();
    int run = strideW * c;
    int first = Math.min((strideW - skippedW) * c, to.w() * c);
    copyRun(in, inRow + (long) skippedW * c, out, outRow, first);
    int whole = (to.w() * c - first) / run;
    long inAt = inRow + from.sw();
    long outAt = outRow + first;
    if (run >= LONG_RUN) {
      for (int i = 0; i < whole; i++) {
        MemorySegment.copy(
            in,
            (inAt + i * from.sw()) * Float.BYTES,
            out,
            (outAt + (long) i * run) * Float.BYTES,
            (long) run * Float.BYTES);
      }
    } else if (run % 2 == 0) {
      pairs(in, inAt, out, outAt, run / 2, whole);
    } else {
      for (int i = 0; i < whole; i++) {
        copyRun(in, inAt + i * from.sw(), out, outAt + (long) i * run, run);
      }
    }
    int rest = to.w() * c - first - whole * run;
    copyRun(in, inAt + whole * from.sw(), out, outAt + (long) whole * run, rest);
  }

  /** Runs of two elements each at a time. */
  private void pairs(
      MemorySegment in, long inAt, MemorySegment out, long outAt, int pairs, int count) {
    long inStep = from.sw() * Float.BYTES;
    for (int pair = 0; pair < pairs; pair++) {
      long inByte = inAt * Float.BYTES + (long) pair * Long.BYTES;
      long outByte = outAt * Float.BYTES + (long) pair * Long.BYTES;
      for (int i = 0; i < count; i++) {
        long two = in.get(JAVA_LONG_UNALIGNED, inByte + i * inStep);
        out.set(JAVA_LONG_UNALIGNED, outByte + (long) i * pairs * Long.BYTES, two);
      }
    }
  }

  private static void copyRun(
      MemorySegment in, long inAt, MemorySegment out, long outAt, int count) {
    copy(in, inAt, 1, out, outAt, 1, count);
  }

  private void elements(MemorySegment in, long inRow, MemorySegment out, long outRow) {
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
