package io.github.conv4j.internal.compose;

import io.github.conv4j.internal.vector.bytes.VectorBytes;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.ElementBlock;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Copies a tensor into one of another type and layout: floats rounded half to even, integers less
 * their zero point.
 */
final class ConversionPass extends BlockPass {
  private final DataType from;
  private final DataType to;
  private final int zeroPoint;
  private final boolean onVectors;

  ConversionPass(TensorSpec from, TensorSpec to, int zeroPoint, int mostParts) {
    super(BlockNest.of(from.shape(), List.of(to.strides(), from.strides())), mostParts);
    this.from = from.dataType();
    this.to = to.dataType();
    this.zeroPoint = zeroPoint;
    this.onVectors =
        VectorLoops.SERVE
            && (this.from == DataType.U8 || this.from == DataType.S8)
            && this.to == DataType.F32
            && nest().step(0) == 1
            && nest().step(1) == 1;
  }

  @Override
  public long boundHeapByteSize() {
    int most = BlockNest.BLOCK;
    return (long) Float.BYTES * most
        + ElementBlock.byteSize(from, most)
        + ElementBlock.byteSize(to, most);
  }

  @Override
  Worker newWorker() {
    return new Converter();
  }

  private final class Converter extends Worker {
    private final ElementBlock reader = new ElementBlock(from, BlockNest.BLOCK);
    private final ElementBlock writer = new ElementBlock(to, BlockNest.BLOCK);
    private final float[] values = new float[BlockNest.BLOCK];
    private MemorySegment src = MemorySegment.NULL;
    private MemorySegment dst = MemorySegment.NULL;

    @Override
    void place(MemorySegment from, MemorySegment to, MemorySegment[] operands) {
      src = from;
      dst = to;
    }

    @Override
    void forget() {
      src = MemorySegment.NULL;
      dst = MemorySegment.NULL;
    }

    @Override
    public void run(long[] places, int count) {
      if (onVectors && count >= VectorBytes.LEAST) {
        boolean signed = from == DataType.S8;
        VectorBytes.toFloats(src, places[1], signed, zeroPoint, dst, places[0], count);
        return;
      }
      reader.read(src, places[1], nest().step(1), values, count);
      if (zeroPoint != 0) {
        subtract(values, zeroPoint, count);
      }
      writer.write(dst, places[0], nest().step(0), values, count);
    }
  }

  private static void subtract(float[] values, float zeroPoint, int count) {
    for (int i = 0; i < count; i++) {
      values[i] -= zeroPoint;
    }
  }
}
