package io.github.conv4j.internal.compose;

import io.github.conv4j.internal.vector.bytes.VectorBfloat16;
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
  /** What a block is converted by; those with a name of types run on vectors. */
  private enum Loop {
    BYTES_TO_FLOATS,
    BF16_TO_FLOATS,
    FLOATS_TO_BF16,
    ON_ARRAYS
  }

  private final DataType from;
  private final DataType to;
  private final int zeroPoint;
  private final Loop loop;

  ConversionPass(TensorSpec from, TensorSpec to, int zeroPoint, int mostParts) {
    super(BlockNest.of(from.shape(), List.of(to.strides(), from.strides())), mostParts);
    this.from = from.dataType();
    this.to = to.dataType();
    this.zeroPoint = zeroPoint;
    boolean gapless = nest().step(0) == 1 && nest().step(1) == 1;
    this.loop = VectorLoops.SERVE && gapless ? loop(this.from, this.to) : Loop.ON_ARRAYS;
  }

  private static Loop loop(DataType from, DataType to) {
    if (to == DataType.F32) {
      return switch (from) {
        case U8, S8 -> Loop.BYTES_TO_FLOATS;
        case BF16 -> Loop.BF16_TO_FLOATS;
        default -> Loop.ON_ARRAYS;
      };
    }
    return from == DataType.F32 && to == DataType.BF16 ? Loop.FLOATS_TO_BF16 : Loop.ON_ARRAYS;
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
      switch (count < VectorBytes.LEAST ? Loop.ON_ARRAYS : loop) {
        case BYTES_TO_FLOATS -> {
          boolean signed = from == DataType.S8;
          VectorBytes.toFloats(src, places[1], signed, zeroPoint, dst, places[0], count);
        }
        case BF16_TO_FLOATS -> VectorBfloat16.toFloats(src, places[1], dst, places[0], count);
        case FLOATS_TO_BF16 -> VectorBfloat16.round(src, places[1], dst, places[0], count);
        case ON_ARRAYS -> onArrays(places, count);
      }
    }

    private void onArrays(long[] places, int count) {
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
