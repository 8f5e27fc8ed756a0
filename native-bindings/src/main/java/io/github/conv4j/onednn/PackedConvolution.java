package io.github.conv4j.onednn;

import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Reference;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A compiled convolution with packed weights: what all callers of one prepared one share. */
final class PackedConvolution implements AutoCloseable {
  private final CompiledConvolution compiled;
  private final Handles handles = new Handles();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final MemorySegment weights;
  private final MemorySegment bias;

  /** Takes over one use of {@code compiled}; packs the weights. */
  PackedConvolution(
      CompiledConvolution compiled,
      NativeProblem problem,
      Tensor givenWeights,
      @Nullable Tensor givenBias) {
    this.compiled = compiled;
    int ompThreads = OneThread.enter();
    try {
      this.weights = packWeights(problem, givenWeights);
      this.bias = copyBias(givenBias);
    } catch (Throwable e) {
      close();
      throw e;
    } finally {
      OneThread.exit(ompThreads);
    }
  }

  /**
   * Takes over one use of {@code compiled}, which computes all output channels of {@code whole};
   * uses its weights, which must outlive this.
   */
  private PackedConvolution(CompiledConvolution compiled, PackedConvolution whole) {
    this.compiled = compiled;
    this.weights = whole.weights;
    this.bias = whole.bias;
  }

  /**
   * Takes over one use of {@code compiled}; shares the weights of {@code whole} if they are packed
   * alike.
   */
  static PackedConvolution ofPart(
      CompiledConvolution compiled,
      PartPlan.Part part,
      PrepareRequest request,
      PackedConvolution whole) {
    boolean sharable =
        part.channels().count() == request.convolution().outChannels()
            && compiled.weightsLayout().equals(whole.compiled.weightsLayout())
            && compiled.weightsByteSize() == whole.compiled.weightsByteSize();
    if (sharable) {
      return new PackedConvolution(compiled, whole);
    }
    boolean transposed = request.convolution().isTransposed();
    Tensor partWeights;
    Tensor partBias;
    try {
      partWeights = Objects.requireNonNull(part.parameters(request.weights(), transposed ? 1 : 0));
      partBias = part.parameters(request.bias(), 0);
    } catch (Throwable e) {
      compiled.release();
      throw e;
    }
    return new PackedConvolution(compiled, part.problem(), partWeights, partBias);
  }

  /** Whether these weights belong to {@code whole}. */
  boolean sharesWeightsOf(PackedConvolution whole) {
    return weights.equals(whole.weights);
  }

  /**
   * Reorders the caller's weights, or the part of the kernel that takes part, into oneDNN's layout.
   */
  private MemorySegment packWeights(NativeProblem problem, Tensor given) {
    MemorySegment engine = NativeEngine.handle();
    MemorySegment packed =
        handles.own(Dnnl.createOwningMemory(compiled.weightsDesc(), engine), Dnnl::destroyMemory);
    try (Arena arena = Arena.ofConfined();
        var temporary = new Handles()) {
      MemorySegment plain = rowMajor(problem, given, arena);
      MemorySegment from =
          temporary.own(
              Dnnl.createMemory(compiled.plainWeightsDesc(), engine), Dnnl::destroyMemory);
      Dnnl.setBytes(from, plain.asSlice(problem.weightsOffset() * Float.BYTES));
      MemorySegment scratchpad =
          temporary.own(
              Dnnl.createOwningMemory(compiled.packingScratchpadDesc(), engine),
              Dnnl::destroyMemory);
      MemorySegment stream = temporary.own(Dnnl.createStream(engine), Dnnl::destroyStream);
      int[] kinds = {Dnnl.ARG_SRC, Dnnl.ARG_DST, Dnnl.ARG_SCRATCHPAD};
      MemorySegment arguments =
          Dnnl.arguments(arena, kinds, new MemorySegment[] {from, packed, scratchpad});
      Dnnl.execute(compiled.packing(), stream, kinds.length, arguments, plain, plain);
    } finally {
      Reference.reachabilityFence(given);
    }
    return packed;
  }

  /** Returns the caller's own bytes where they already lie as the reorder expects them. */
  private static MemorySegment rowMajor(NativeProblem problem, Tensor given, Arena arena) {
    boolean asExpected =
        !problem.convolution().isKernelFlipped()
            && given.spec().layout() instanceof Layout.Plain plain
            && !plain.isChannelsLast();
    return asExpected
        ? given.segment()
        : arena.allocateFrom(
            ValueLayout.JAVA_FLOAT, CopiedWeights.of(problem.convolution(), given));
  }

  private MemorySegment copyBias(@Nullable Tensor tensor) {
    if (tensor == null) {
      return MemorySegment.NULL;
    }
    float[] values = tensor.toFloatArray();
    MemorySegment memory =
        handles.own(
            Dnnl.createOwningMemory(compiled.biasDesc(), NativeEngine.handle()),
            Dnnl::destroyMemory);
    Dnnl.bytes(memory, (long) values.length * Float.BYTES).copyFrom(MemorySegment.ofArray(values));
    return memory;
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

  boolean hasBias() {
    return !bias.equals(MemorySegment.NULL);
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
