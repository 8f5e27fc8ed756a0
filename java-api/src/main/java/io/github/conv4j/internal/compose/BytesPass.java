package io.github.conv4j.internal.compose;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.internal.vector.bytes.VectorBytes;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Copies bytes, row by row, between others that stand for zero; signed ones become unsigned. Both
 * tensors have the same plain layout.
 */
final class BytesPass implements Primitive {
  private static final int BLOCK = 4096;

  private final boolean signed;

  /** As many as are copied at once. */
  private final byte[] zeros = new byte[BLOCK];

  private final int partCount;

  /** The outer axes: images and, with channels first, channels too; then spatial axes. */
  private final long[] srcSizes;

  private final long[] dstSizes;
  private final long[] begins;

  /** In bytes. */
  private final long srcRow;

  private final long dstRow;
  private final long rowBegin;
  private final long rowCount;

  /**
   * Plans a pass.
   *
   * @param begins how many zeros come before src along each spatial axis
   */
  BytesPass(TensorSpec src, TensorSpec dst, int zero, long[] begins, int mostParts) {
    this.signed = src.dataType() == DataType.S8;
    Arrays.fill(zeros, (byte) zero);
    int spatial = begins.length;
    boolean last = dst.layout().equals(Layout.channelsLast(spatial + 2));
    long channels = src.shape().dim(1);
    this.srcSizes = new long[spatial];
    this.dstSizes = new long[spatial];
    this.begins = new long[spatial];
    srcSizes[0] = src.shape().dim(0) * (last ? 1 : channels);
    dstSizes[0] = srcSizes[0];
    long rows = dstSizes[0];
    for (int i = 1; i < spatial; i++) {
      srcSizes[i] = src.shape().dim(i + 1);
      dstSizes[i] = dst.shape().dim(i + 1);
      this.begins[i] = begins[i - 1];
      rows *= dstSizes[i];
    }
    long pixel = last ? channels : 1;
    this.srcRow = src.shape().dim(spatial + 1) * pixel;
    this.dstRow = dst.shape().dim(spatial + 1) * pixel;
    this.rowBegin = begins[spatial - 1] * pixel;
    this.rowCount = rows;
    this.partCount = (int) Math.min(mostParts, rows);
  }

  @Override
  public int partCount() {
    return partCount;
  }

  @Override
  public long heapConstantsByteSize() {
    return zeros.length;
  }

  @Override
  public long boundHeapByteSize() {
    return signed ? BLOCK : 0;
  }

  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    return new Bound();
  }

  private final class Bound implements BoundPrimitive {
    private final byte[] block = new byte[signed ? BLOCK : 0];

    @Override
    public void runAlone(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      run(0, rowCount, src, dst);
    }

    @Override
    public void runPart(int part, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      run(rowCount * part / partCount, rowCount * (part + 1) / partCount, src, dst);
    }

    private void run(long first, long past, MemorySegment src, MemorySegment dst) {
      for (long row = first; row < past; row++) {
        long to = row * dstRow;
        long from = source(row);
        if (from < 0) {
          fill(dst, to, dstRow);
          continue;
        }
        fill(dst, to, rowBegin);
        copy(src, from * srcRow, dst, to + rowBegin);
        fill(dst, to + rowBegin + srcRow, dstRow - rowBegin - srcRow);
      }
    }

    /** By copies: filling a part of a segment would make an object for it. */
    private void fill(MemorySegment dst, long begin, long count) {
      for (long at = 0; at < count; at += BLOCK) {
        int some = (int) Math.min(BLOCK, count - at);
        MemorySegment.copy(zeros, 0, dst, JAVA_BYTE, begin + at, some);
      }
    }

    private void copy(MemorySegment src, long from, MemorySegment dst, long to) {
      if (!signed) {
        MemorySegment.copy(src, from, dst, to, srcRow);
        return;
      }
      for (long at = 0; at < srcRow; at += BLOCK) {
        int count = (int) Math.min(BLOCK, srcRow - at);
        if (VectorLoops.SERVE && count >= VectorBytes.LEAST_BYTES) {
          VectorBytes.unsigned(src, from + at, dst, to + at, count);
          continue;
        }
        MemorySegment.copy(src, JAVA_BYTE, from + at, block, 0, count);
        for (int i = 0; i < count; i++) {
          block[i] ^= (byte) 0x80;
        }
        MemorySegment.copy(block, 0, dst, JAVA_BYTE, to + at, count);
      }
    }
  }

  /** The row of src that a row of dst holds; negative if it holds none. */
  private long source(long row) {
    long rest = row;
    long from = 0;
    long step = 1;
    for (int i = dstSizes.length - 1; i >= 0; i--) {
      long at = rest % dstSizes[i] - begins[i];
      if (at < 0 || at >= srcSizes[i]) {
        return -1;
      }
      from += at * step;
      step *= srcSizes[i];
      rest /= dstSizes[i];
    }
    return from;
  }
}
