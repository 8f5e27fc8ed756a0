package io.github.conv4j.internal.compose;

import io.github.conv4j.PostOp.Extent;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.ElementBlock;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Adds a bias to what a convolution without one has written, where it lies. */
final class BiasPass extends BlockPass {
  private static final int DST = 0;
  private static final int BIAS = 1;

  private final float[] bias;

  private BiasPass(BlockNest nest, float[] bias, int mostParts) {
    super(nest, mostParts);
    this.bias = nest.tiled(bias);
  }

  /**
   * Plans a pass.
   *
   * @param dst of f32
   */
  static BiasPass of(TensorSpec dst, Tensor bias, int mostParts) {
    long[] perChannel = PostOpPlan.rowMajorStrides(Extent.PER_CHANNEL, dst.shape());
    BlockNest nest =
        BlockNest.of(dst.shape(), List.of(dst.strides(), perChannel), new boolean[] {false, true});
    return new BiasPass(nest, bias.toFloatArray(), mostParts);
  }

  @Override
  public long heapConstantsByteSize() {
    return (long) bias.length * Float.BYTES;
  }

  @Override
  public long boundHeapByteSize() {
    return (long) Float.BYTES * BlockNest.BLOCK
        + ElementBlock.byteSize(DataType.F32, BlockNest.BLOCK);
  }

  @Override
  Worker newWorker() {
    return new Adder();
  }

  private final class Adder extends Worker {
    private final ElementBlock floats = new ElementBlock(DataType.F32, BlockNest.BLOCK);
    private final float[] values = new float[BlockNest.BLOCK];
    private MemorySegment tensor = MemorySegment.NULL;

    @Override
    void place(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      tensor = dst;
    }

    @Override
    void forget() {
      tensor = MemorySegment.NULL;
    }

    @Override
    public void run(long[] places, int count) {
      long step = nest().step(DST);
      floats.read(tensor, places[DST], step, values, count);
      int at = (int) places[BIAS];
      if (nest().step(BIAS) == 0) {
        add(values, bias[at], count);
      } else {
        add(values, bias, at, count);
      }
      floats.write(tensor, places[DST], step, values, count);
    }
  }

  private static void add(float[] values, float one, int count) {
    for (int i = 0; i < count; i++) {
      values[i] += one;
    }
  }

  private static void add(float[] values, float[] bias, int at, int count) {
    for (int i = 0; i < count; i++) {
      values[i] += bias[at + i];
    }
  }
}
