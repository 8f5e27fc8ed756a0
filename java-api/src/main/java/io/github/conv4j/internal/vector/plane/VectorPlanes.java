package io.github.conv4j.internal.vector.plane;

import static io.github.conv4j.internal.vector.base.VectorWidth.LANES;
import static io.github.conv4j.internal.vector.base.VectorWidth.ORDER;
import static io.github.conv4j.internal.vector.base.VectorWidth.SPECIES;
import static io.github.conv4j.internal.vector.base.VectorWidth.VECTOR_BYTES;

import io.github.conv4j.internal.vector.base.VectorRows;
import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Planes on the Vector API: broadcast weights times vectors of neighbouring pixels, the register
 * blocks of the products of pixels with the roles exchanged.
 */
final class VectorPlanes implements PlaneKernels {
  @Override
  public int blockPixels() {
    return 4 * LANES;
  }

  @Override
  public boolean takesRun(int pixelCount) {
    return pixelCount >= 2 * LANES;
  }

  @Override
  public void product(
      float[] panel,
      int base,
      int[] offsets,
      float[] packed,
      int packedFrom,
      float[] bias,
      int biasFrom,
      float[] out,
      int outPitch,
      int pixelCount) {
    for (int p = 0; p < pixelCount; p += 2 * LANES) {
      block8x2(panel, base + p, offsets, packed, packedFrom, bias, biasFrom, out, p, outPitch);
    }
  }

  /** Eight output channels times two vectors of pixels. */
  private static void block8x2(
      float[] panel,
      int base,
      int[] offsets,
      float[] packed,
      int packedFrom,
      float[] bias,
      int biasFrom,
      float[] out,
      int to,
      int outPitch) {
    FloatVector sum00 = FloatVector.broadcast(SPECIES, bias[biasFrom + 0]);
    FloatVector sum01 = sum00;
    FloatVector sum10 = FloatVector.broadcast(SPECIES, bias[biasFrom + 1]);
    FloatVector sum11 = sum10;
    FloatVector sum20 = FloatVector.broadcast(SPECIES, bias[biasFrom + 2]);
    FloatVector sum21 = sum20;
    FloatVector sum30 = FloatVector.broadcast(SPECIES, bias[biasFrom + 3]);
    FloatVector sum31 = sum30;
    FloatVector sum40 = FloatVector.broadcast(SPECIES, bias[biasFrom + 4]);
    FloatVector sum41 = sum40;
    FloatVector sum50 = FloatVector.broadcast(SPECIES, bias[biasFrom + 5]);
    FloatVector sum51 = sum50;
    FloatVector sum60 = FloatVector.broadcast(SPECIES, bias[biasFrom + 6]);
    FloatVector sum61 = sum60;
    FloatVector sum70 = FloatVector.broadcast(SPECIES, bias[biasFrom + 7]);
    FloatVector sum71 = sum70;
    int at = packedFrom;
    for (int offset : offsets) {
      FloatVector src0 = FloatVector.fromArray(SPECIES, panel, base + offset);
      FloatVector src1 = FloatVector.fromArray(SPECIES, panel, base + offset + LANES);
      FloatVector weight = FloatVector.broadcast(SPECIES, packed[at + 0]);
      sum00 = src0.fma(weight, sum00);
      sum01 = src1.fma(weight, sum01);
      weight = FloatVector.broadcast(SPECIES, packed[at + 1]);
      sum10 = src0.fma(weight, sum10);
      sum11 = src1.fma(weight, sum11);
      weight = FloatVector.broadcast(SPECIES, packed[at + 2]);
      sum20 = src0.fma(weight, sum20);
      sum21 = src1.fma(weight, sum21);
      weight = FloatVector.broadcast(SPECIES, packed[at + 3]);
      sum30 = src0.fma(weight, sum30);
      sum31 = src1.fma(weight, sum31);
      weight = FloatVector.broadcast(SPECIES, packed[at + 4]);
      sum40 = src0.fma(weight, sum40);
      sum41 = src1.fma(weight, sum41);
      weight = FloatVector.broadcast(SPECIES, packed[at + 5]);
      sum50 = src0.fma(weight, sum50);
      sum51 = src1.fma(weight, sum51);
      weight = FloatVector.broadcast(SPECIES, packed[at + 6]);
      sum60 = src0.fma(weight, sum60);
      sum61 = src1.fma(weight, sum61);
      weight = FloatVector.broadcast(SPECIES, packed[at + 7]);
      sum70 = src0.fma(weight, sum70);
      sum71 = src1.fma(weight, sum71);
      at += CHANNEL_BLOCK;
    }
    sum00.intoArray(out, to + 0 * outPitch);
    sum01.intoArray(out, to + 0 * outPitch + LANES);
    sum10.intoArray(out, to + 1 * outPitch);
    sum11.intoArray(out, to + 1 * outPitch + LANES);
    sum20.intoArray(out, to + 2 * outPitch);
    sum21.intoArray(out, to + 2 * outPitch + LANES);
    sum30.intoArray(out, to + 3 * outPitch);
    sum31.intoArray(out, to + 3 * outPitch + LANES);
    sum40.intoArray(out, to + 4 * outPitch);
    sum41.intoArray(out, to + 4 * outPitch + LANES);
    sum50.intoArray(out, to + 5 * outPitch);
    sum51.intoArray(out, to + 5 * outPitch + LANES);
    sum60.intoArray(out, to + 6 * outPitch);
    sum61.intoArray(out, to + 6 * outPitch + LANES);
    sum70.intoArray(out, to + 7 * outPitch);
    sum71.intoArray(out, to + 7 * outPitch + LANES);
  }

  @Override
  public void productInto(
      float[] panel,
      int base,
      int[] offsets,
      float[] packed,
      int packedFrom,
      float[] bias,
      int biasFrom,
      MemorySegment out,
      long outFrom,
      long outPitch,
      int pixelCount) {
    int last = pixelCount - 2 * LANES;
    for (int i = 0; i < pixelCount; i += 2 * LANES) {
      // The last block begins early rather than reach beyond the last pixel.
      int p = Math.min(i, last);
      block8x2Direct(
          panel,
          base + p,
          offsets,
          packed,
          packedFrom,
          bias,
          biasFrom,
          out,
          (outFrom + p) * Float.BYTES,
          outPitch * Float.BYTES);
    }
  }

  /** The same with the results straight into memory. */
  private static void block8x2Direct(
      float[] panel,
      int base,
      int[] offsets,
      float[] packed,
      int packedFrom,
      float[] bias,
      int biasFrom,
      MemorySegment out,
      long to,
      long outPitch) {
    FloatVector sum00 = FloatVector.broadcast(SPECIES, bias[biasFrom + 0]);
    FloatVector sum01 = sum00;
    FloatVector sum10 = FloatVector.broadcast(SPECIES, bias[biasFrom + 1]);
    FloatVector sum11 = sum10;
    FloatVector sum20 = FloatVector.broadcast(SPECIES, bias[biasFrom + 2]);
    FloatVector sum21 = sum20;
    FloatVector sum30 = FloatVector.broadcast(SPECIES, bias[biasFrom + 3]);
    FloatVector sum31 = sum30;
    FloatVector sum40 = FloatVector.broadcast(SPECIES, bias[biasFrom + 4]);
    FloatVector sum41 = sum40;
    FloatVector sum50 = FloatVector.broadcast(SPECIES, bias[biasFrom + 5]);
    FloatVector sum51 = sum50;
    FloatVector sum60 = FloatVector.broadcast(SPECIES, bias[biasFrom + 6]);
    FloatVector sum61 = sum60;
    FloatVector sum70 = FloatVector.broadcast(SPECIES, bias[biasFrom + 7]);
    FloatVector sum71 = sum70;
    int at = packedFrom;
    for (int offset : offsets) {
      FloatVector src0 = FloatVector.fromArray(SPECIES, panel, base + offset);
      FloatVector src1 = FloatVector.fromArray(SPECIES, panel, base + offset + LANES);
      FloatVector weight = FloatVector.broadcast(SPECIES, packed[at + 0]);
      sum00 = src0.fma(weight, sum00);
      sum01 = src1.fma(weight, sum01);
      weight = FloatVector.broadcast(SPECIES, packed[at + 1]);
      sum10 = src0.fma(weight, sum10);
      sum11 = src1.fma(weight, sum11);
      weight = FloatVector.broadcast(SPECIES, packed[at + 2]);
      sum20 = src0.fma(weight, sum20);
      sum21 = src1.fma(weight, sum21);
      weight = FloatVector.broadcast(SPECIES, packed[at + 3]);
      sum30 = src0.fma(weight, sum30);
      sum31 = src1.fma(weight, sum31);
      weight = FloatVector.broadcast(SPECIES, packed[at + 4]);
      sum40 = src0.fma(weight, sum40);
      sum41 = src1.fma(weight, sum41);
      weight = FloatVector.broadcast(SPECIES, packed[at + 5]);
      sum50 = src0.fma(weight, sum50);
      sum51 = src1.fma(weight, sum51);
      weight = FloatVector.broadcast(SPECIES, packed[at + 6]);
      sum60 = src0.fma(weight, sum60);
      sum61 = src1.fma(weight, sum61);
      weight = FloatVector.broadcast(SPECIES, packed[at + 7]);
      sum70 = src0.fma(weight, sum70);
      sum71 = src1.fma(weight, sum71);
      at += CHANNEL_BLOCK;
    }
    sum00.intoMemorySegment(out, to + 0 * outPitch, ORDER);
    sum01.intoMemorySegment(out, to + 0 * outPitch + VECTOR_BYTES, ORDER);
    sum10.intoMemorySegment(out, to + 1 * outPitch, ORDER);
    sum11.intoMemorySegment(out, to + 1 * outPitch + VECTOR_BYTES, ORDER);
    sum20.intoMemorySegment(out, to + 2 * outPitch, ORDER);
    sum21.intoMemorySegment(out, to + 2 * outPitch + VECTOR_BYTES, ORDER);
    sum30.intoMemorySegment(out, to + 3 * outPitch, ORDER);
    sum31.intoMemorySegment(out, to + 3 * outPitch + VECTOR_BYTES, ORDER);
    sum40.intoMemorySegment(out, to + 4 * outPitch, ORDER);
    sum41.intoMemorySegment(out, to + 4 * outPitch + VECTOR_BYTES, ORDER);
    sum50.intoMemorySegment(out, to + 5 * outPitch, ORDER);
    sum51.intoMemorySegment(out, to + 5 * outPitch + VECTOR_BYTES, ORDER);
    sum60.intoMemorySegment(out, to + 6 * outPitch, ORDER);
    sum61.intoMemorySegment(out, to + 6 * outPitch + VECTOR_BYTES, ORDER);
    sum70.intoMemorySegment(out, to + 7 * outPitch, ORDER);
    sum71.intoMemorySegment(out, to + 7 * outPitch + VECTOR_BYTES, ORDER);
  }

  @Override
  public void single(
      float[] panel,
      int base,
      int[] offsets,
      float[] packed,
      int packedFrom,
      float bias,
      float[] out,
      int pixelCount) {
    for (int p = 0; p < pixelCount; p += 4 * LANES) {
      block1x4(panel, base + p, offsets, packed, packedFrom, bias, out, p);
    }
  }

  /** One output channel times four vectors of pixels. */
  private static void block1x4(
      float[] panel,
      int base,
      int[] offsets,
      float[] packed,
      int packedFrom,
      float bias,
      float[] out,
      int to) {
    FloatVector sum0 = FloatVector.broadcast(SPECIES, bias);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int at = packedFrom;
    for (int offset : offsets) {
      int from = base + offset;
      FloatVector weight = FloatVector.broadcast(SPECIES, packed[at]);
      at++;
      sum0 = FloatVector.fromArray(SPECIES, panel, from).fma(weight, sum0);
      sum1 = FloatVector.fromArray(SPECIES, panel, from + 1 * LANES).fma(weight, sum1);
      sum2 = FloatVector.fromArray(SPECIES, panel, from + 2 * LANES).fma(weight, sum2);
      sum3 = FloatVector.fromArray(SPECIES, panel, from + 3 * LANES).fma(weight, sum3);
    }
    sum0.intoArray(out, to);
    sum1.intoArray(out, to + 1 * LANES);
    sum2.intoArray(out, to + 2 * LANES);
    sum3.intoArray(out, to + 3 * LANES);
  }

  @Override
  public void load(
      MemorySegment from,
      long offset,
      long rowStride,
      long step,
      int rows,
      int columns,
      float[] to,
      int at,
      int pitch,
      int room) {
    if (step == 1) {
      VectorRows.load(from, offset, rowStride, rows, columns, to, at, pitch, room);
    } else if (step == 2 && columns >= LANES) {
      VectorRows.loadEven(from, offset, rowStride, rows, columns, to, at, pitch);
    } else {
      VectorRows.loadApart(from, offset, rowStride, step, rows, columns, to, at, pitch);
    }
  }

  @Override
  public void store(
      float[] from,
      int at,
      int pitch,
      int rows,
      int columns,
      MemorySegment to,
      long offset,
      long rowStride,
      long step) {
    if (step == 1) {
      VectorRows.store(from, at, pitch, rows, columns, to, offset, rowStride);
    } else {
      VectorRows.storeApart(from, at, pitch, rows, columns, to, offset, rowStride, step);
    }
  }

  @Override
  public boolean takesPlane(int width, int height, int dilationDown) {
    return height >= 4L * dilationDown && (height - 3L * dilationDown) * width >= LANES;
  }

  @Override
  public void stencil(Stencil job, float[] panel, MemorySegment from, MemorySegment to) {
    VectorPlaneStencils.run(job, panel, from, to);
  }
}
