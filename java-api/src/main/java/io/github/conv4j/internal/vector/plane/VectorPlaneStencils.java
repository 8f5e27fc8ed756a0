package io.github.conv4j.internal.vector.plane;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Planes under 3x3 kernels of stride 1 that keep their size: four rows, as far apart as the taps,
 * share the source vectors that they see. A plane is one run of pixels without gaps, so that a
 * vector may reach into the next row; what the outer taps of a pixel near an edge then find in the
 * neighbouring row is masked away.
 */
final class VectorPlaneStencils {
  private static final VectorSpecies<Integer> BITS =
      VectorSpecies.of(int.class, SPECIES.vectorShape());

  /** From this length on a bulk copy is as fast. */
  private static final int LONG_PLANE = 2048;

  private VectorPlaneStencils() {}

  static void run(PlaneKernels.Stencil job, float[] panel, MemorySegment from, MemorySegment to) {
    int pixels = job.width * job.height;
    for (int c = job.channelBegin; c < job.channelEnd; c++) {
      long fromAt = job.srcBegin + c * job.srcChannel;
      if (pixels >= LONG_PLANE) {
        MemorySegment.copy(from, JAVA_FLOAT, fromAt * Float.BYTES, panel, job.margin, pixels);
      } else {
        copy(from, fromAt, panel, job.margin, pixels);
      }
      long toAt = job.dstBegin + c * job.dstChannel;
      channel(
          panel,
          job.margin,
          job.width,
          job.height,
          job.dilationDown,
          job.dilationAcross,
          job.packed,
          c * 9,
          job.bias[c],
          job.left,
          job.right,
          to,
          toAt);
    }
  }

  private static void copy(MemorySegment from, long offset, float[] to, int at, int count) {
    int last = count - LANES;
    for (int i = 0; i < last; i += LANES) {
      FloatVector.fromMemorySegment(SPECIES, from, (offset + i) * Float.BYTES, ORDER)
          .intoArray(to, at + i);
    }
    FloatVector.fromMemorySegment(SPECIES, from, (offset + last) * Float.BYTES, ORDER)
        .intoArray(to, at + last);
  }

  private static void channel(
      float[] panel,
      int margin,
      int width,
      int height,
      int down,
      int across,
      float[] packed,
      int packedFrom,
      float biasValue,
      int[] left,
      int[] right,
      MemorySegment to,
      long toAt) {
    FloatVector bias = FloatVector.broadcast(SPECIES, biasValue);
    FloatVector weights00 = FloatVector.broadcast(SPECIES, packed[packedFrom + 0]);
    FloatVector weights01 = FloatVector.broadcast(SPECIES, packed[packedFrom + 1]);
    FloatVector weights02 = FloatVector.broadcast(SPECIES, packed[packedFrom + 2]);
    FloatVector weights10 = FloatVector.broadcast(SPECIES, packed[packedFrom + 3]);
    FloatVector weights11 = FloatVector.broadcast(SPECIES, packed[packedFrom + 4]);
    FloatVector weights12 = FloatVector.broadcast(SPECIES, packed[packedFrom + 5]);
    FloatVector weights20 = FloatVector.broadcast(SPECIES, packed[packedFrom + 6]);
    FloatVector weights21 = FloatVector.broadcast(SPECIES, packed[packedFrom + 7]);
    FloatVector weights22 = FloatVector.broadcast(SPECIES, packed[packedFrom + 8]);
    int step = down * width;
    int most = width * height - 3 * step - LANES;
    int lastColumn = Math.max(0, width - LANES);
    long stepBytes = (long) step * Float.BYTES;
    for (int r = 0; r < height; r += 4 * down) {
      int firstRow = Math.min(r, height - 4 * down);
      for (int row = firstRow * width; row < (firstRow + down) * width; row += width) {
        for (int c = 0; c < width; c += LANES) {
          // The last block begins early rather than reach beyond the plane.
          int p = Math.min(row + Math.min(c, lastColumn), most);
          int column = p % width;
          int at = margin + p - step - across;
          FloatVector value = FloatVector.fromArray(SPECIES, panel, at);
          FloatVector leftSum0 = value.mul(weights00);
          value = FloatVector.fromArray(SPECIES, panel, at + step);
          leftSum0 = value.fma(weights10, leftSum0);
          FloatVector leftSum1 = value.mul(weights00);
          value = FloatVector.fromArray(SPECIES, panel, at + 2 * step);
          leftSum0 = value.fma(weights20, leftSum0);
          leftSum1 = value.fma(weights10, leftSum1);
          FloatVector leftSum2 = value.mul(weights00);
          value = FloatVector.fromArray(SPECIES, panel, at + 3 * step);
          leftSum1 = value.fma(weights20, leftSum1);
          leftSum2 = value.fma(weights10, leftSum2);
          FloatVector leftSum3 = value.mul(weights00);
          value = FloatVector.fromArray(SPECIES, panel, at + 4 * step);
          leftSum2 = value.fma(weights20, leftSum2);
          leftSum3 = value.fma(weights10, leftSum3);
          value = FloatVector.fromArray(SPECIES, panel, at + 5 * step);
          leftSum3 = value.fma(weights20, leftSum3);
          IntVector keep = IntVector.fromArray(BITS, left, column);
          FloatVector sum0 = bias.add(leftSum0.reinterpretAsInts().and(keep).reinterpretAsFloats());
          FloatVector sum1 = bias.add(leftSum1.reinterpretAsInts().and(keep).reinterpretAsFloats());
          FloatVector sum2 = bias.add(leftSum2.reinterpretAsInts().and(keep).reinterpretAsFloats());
          FloatVector sum3 = bias.add(leftSum3.reinterpretAsInts().and(keep).reinterpretAsFloats());
          at += across;
          value = FloatVector.fromArray(SPECIES, panel, at);
          sum0 = value.fma(weights01, sum0);
          value = FloatVector.fromArray(SPECIES, panel, at + step);
          sum0 = value.fma(weights11, sum0);
          sum1 = value.fma(weights01, sum1);
          value = FloatVector.fromArray(SPECIES, panel, at + 2 * step);
          sum0 = value.fma(weights21, sum0);
          sum1 = value.fma(weights11, sum1);
          sum2 = value.fma(weights01, sum2);
          value = FloatVector.fromArray(SPECIES, panel, at + 3 * step);
          sum1 = value.fma(weights21, sum1);
          sum2 = value.fma(weights11, sum2);
          sum3 = value.fma(weights01, sum3);
          value = FloatVector.fromArray(SPECIES, panel, at + 4 * step);
          sum2 = value.fma(weights21, sum2);
          sum3 = value.fma(weights11, sum3);
          value = FloatVector.fromArray(SPECIES, panel, at + 5 * step);
          sum3 = value.fma(weights21, sum3);
          at += across;
          value = FloatVector.fromArray(SPECIES, panel, at);
          FloatVector rightSum0 = value.mul(weights02);
          value = FloatVector.fromArray(SPECIES, panel, at + step);
          rightSum0 = value.fma(weights12, rightSum0);
          FloatVector rightSum1 = value.mul(weights02);
          value = FloatVector.fromArray(SPECIES, panel, at + 2 * step);
          rightSum0 = value.fma(weights22, rightSum0);
          rightSum1 = value.fma(weights12, rightSum1);
          FloatVector rightSum2 = value.mul(weights02);
          value = FloatVector.fromArray(SPECIES, panel, at + 3 * step);
          rightSum1 = value.fma(weights22, rightSum1);
          rightSum2 = value.fma(weights12, rightSum2);
          FloatVector rightSum3 = value.mul(weights02);
          value = FloatVector.fromArray(SPECIES, panel, at + 4 * step);
          rightSum2 = value.fma(weights22, rightSum2);
          rightSum3 = value.fma(weights12, rightSum3);
          value = FloatVector.fromArray(SPECIES, panel, at + 5 * step);
          rightSum3 = value.fma(weights22, rightSum3);
          keep = IntVector.fromArray(BITS, right, column);
          sum0 = sum0.add(rightSum0.reinterpretAsInts().and(keep).reinterpretAsFloats());
          sum1 = sum1.add(rightSum1.reinterpretAsInts().and(keep).reinterpretAsFloats());
          sum2 = sum2.add(rightSum2.reinterpretAsInts().and(keep).reinterpretAsFloats());
          sum3 = sum3.add(rightSum3.reinterpretAsInts().and(keep).reinterpretAsFloats());
          long begin = (toAt + p) * Float.BYTES;
          sum0.intoMemorySegment(to, begin, ORDER);
          sum1.intoMemorySegment(to, begin + stepBytes, ORDER);
          sum2.intoMemorySegment(to, begin + 2 * stepBytes, ORDER);
          sum3.intoMemorySegment(to, begin + 3 * stepBytes, ORDER);
        }
      }
    }
  }
}
