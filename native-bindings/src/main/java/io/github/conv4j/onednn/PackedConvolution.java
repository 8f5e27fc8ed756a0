package io.github.conv4j.onednn;

import io.github.conv4j.PostOp;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A compiled convolution with packed weights: what all callers of one prepared one share. */
final class PackedConvolution implements AutoCloseable {
  private final CompiledConvolution compiled;
  private final Handles handles = new Handles();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final MemorySegment weights;
  private final MemorySegment bias;
  private final MemorySegment scales;
  private final MemorySegment zeroPoint;

  /** One for each post-op: the memory of constants that are not as large as dst, else NULL. */
  private final List<MemorySegment> operands;

  /**
   * Takes over one use of {@code compiled}; packs the weights.
   *
   * @param weightsOffset where this part's weights begin, in elements
   */
  PackedConvolution(
      CompiledConvolution compiled,
      PlainParameters parameters,
      long weightsOffset,
      long biasOffset) {
    this.compiled = compiled;
    int ompThreads = OneThread.enter();
    try (Arena arena = Arena.ofConfined()) {
      var objects = new MemoryObjects(handles, arena);
      this.weights = objects.owning(compiled.weightsDesc());
      packWeights(parameters, weightsOffset, arena);
      this.bias = copyBias(parameters, biasOffset, objects);
      this.scales = copyScales(parameters, biasOffset, objects);
      this.zeroPoint = copyZeroPoint(parameters, objects);
      this.operands = copyOperands(parameters, biasOffset, objects);
    } catch (Throwable e) {
      close();
      throw e;
    } finally {
      OneThread.exit(ompThreads);
    }
  }

  /**
   * Takes over one use of {@code compiled}; uses the weights of {@code other}, packed alike, which
   * must outlive this.
   */
  PackedConvolution(CompiledConvolution compiled, PackedConvolution other) {
    this.compiled = compiled;
    this.weights = other.weights;
    this.bias = other.bias;
    this.scales = other.scales;
    this.zeroPoint = other.zeroPoint;
    this.operands = other.operands;
  }

  /** Whether these weights belong to {@code other}. */
  boolean sharesWeightsOf(PackedConvolution other) {
    return weights.equals(other.weights);
  }

  /** Reorders the caller's weights, or the part that takes part, into oneDNN's layout. */
  private void packWeights(PlainParameters parameters, long offset, Arena arena) {
    Reorder packing = compiled.packing();
    try (var temporary = new Handles()) {
      var temporaries = new MemoryObjects(temporary, arena);
      MemorySegment plain = parameters.weights();
      long offsetBytes = offset * compiled.spec().types().callersWeights().byteSize();
      MemorySegment from = temporaries.over(packing.fromDesc(), plain.asSlice(offsetBytes));
      // oneDNN ignores an argument without memory.
      MemorySegment scratchpad =
          packing.scratchpadByteSize() == 0
              ? MemorySegment.NULL
              : temporaries.owning(packing.scratchpadDesc());
      MemorySegment stream = temporary.own(Streams.take(), Destroyer.STREAM);
      int[] kinds = {Dnnl.ARG_SRC, Dnnl.ARG_DST, Dnnl.ARG_SCRATCHPAD};
      MemorySegment arguments =
          Dnnl.arguments(
              arena, kinds, new MemorySegment[] {from, weights, scratchpad}, kinds.length);
      Dnnl.execute(packing.primitive(), stream, kinds.length, arguments, plain, plain);
    }
  }

  private MemorySegment copyBias(PlainParameters parameters, long offset, MemoryObjects objects) {
    MemorySegment values = parameters.bias();
    if (values == null) {
      return MemorySegment.NULL;
    }
    long byteSize = compiled.spec().outChannels() * Float.BYTES;
    MemorySegment memory = objects.owning(compiled.biasDesc());
    MemorySegment bytes = objects.bytes(memory, byteSize);
    MemorySegment.copy(values, offset * Float.BYTES, bytes, 0, byteSize);
    return memory;
  }

  private MemorySegment copyScales(
      PlainParameters parameters, long channelOffset, MemoryObjects objects) {
    PrimitiveSpec spec = compiled.spec();
    if (!spec.types().scalesSums()) {
      return MemorySegment.NULL;
    }
    int count = Math.toIntExact(spec.outChannels());
    MemorySegment memory = objects.owning(compiled.scalesDesc());
    MemorySegment.copy(
        parameters.scales(),
        Math.toIntExact(channelOffset),
        objects.bytes(memory, (long) count * Float.BYTES),
        ValueLayout.JAVA_FLOAT,
        0,
        count);
    return memory;
  }

  private MemorySegment copyZeroPoint(PlainParameters parameters, MemoryObjects objects) {
    if (!compiled.spec().hasZeroPoint()) {
      return MemorySegment.NULL;
    }
    MemorySegment memory = objects.owning(compiled.zeroPointDesc());
    objects.bytes(memory, Integer.BYTES).set(ValueLayout.JAVA_INT, 0, parameters.zeroPoint());
    return memory;
  }

  private List<MemorySegment> copyOperands(
      PlainParameters parameters, long channelOffset, MemoryObjects objects) {
    List<MemorySegment> copies = new ArrayList<>();
    List<MemorySegment> descs = compiled.operandDescs();
    for (int i = 0; i < descs.size(); i++) {
      float[] values = parameters.operand(i);
      if (values.length == 0) {
        copies.add(MemorySegment.NULL);
        continue;
      }
      PostOp.Operand operand = Fusion.operand(compiled.spec().postOps().list().get(i));
      boolean perChannel = operand != null && operand.extent() == PostOp.Extent.PER_CHANNEL;
      int count = perChannel ? Math.toIntExact(compiled.spec().outChannels()) : 1;
      MemorySegment memory = objects.owning(descs.get(i));
      MemorySegment.copy(
          values,
          perChannel ? Math.toIntExact(channelOffset) : 0,
          objects.bytes(memory, (long) count * Float.BYTES),
          ValueLayout.JAVA_FLOAT,
          0,
          count);
      copies.add(memory);
    }
    return copies;
  }

  /** The memory of a post-op's constants, NULL where it has none or is given it in each call. */
  MemorySegment operand(int postOp) {
    return operands.get(postOp);
  }

  CompiledConvolution compiled() {
    return compiled;
  }

  MemorySegment weights() {
    return weights;
  }

  /** {@link MemorySegment#NULL} where the convolution has no bias. */
  MemorySegment bias() {
    return bias;
  }

  /** {@link MemorySegment#NULL} where sums are not scaled. */
  MemorySegment scales() {
    return scales;
  }

  /** {@link MemorySegment#NULL} where 0 stands for zero. */
  MemorySegment zeroPoint() {
    return zeroPoint;
  }

  boolean hasBias() {
    return compiled.spec().hasBias();
  }

  /**
   * May be called again: by whoever closes first, and by whoever then finds construction failed.
   */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    try {
      handles.close();
    } finally {
      compiled.release();
    }
  }
}
