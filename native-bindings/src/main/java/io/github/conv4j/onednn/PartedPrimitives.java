package io.github.conv4j.onednn;

import io.github.conv4j.internal.primitive.BufferPlan;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The primitives of one prepared convolution: one for the whole problem, or a few for groups of its
 * images, and where a call may be shared between threads, one for each part.
 */
final class PartedPrimitives implements AutoCloseable {
  /** Equal parts at different places share one of these. */
  private final List<PackedConvolution> primitives = new ArrayList<>();

  /** The offsets of the parameters of each primitive. */
  private final List<Long> weightsOffsets = new ArrayList<>();

  private final Way way;
  private List<PlacedPrimitive> alone = List.of();
  private List<PlacedPrimitive> parts = List.of();
  private @Nullable PartPlan plan;

  /** Operands of the request that are as large as dst. */
  private final @Nullable LargeOperands largeOperands;

  /** Known before others see this: they may ask while it is being closed. */
  private long weightsByteSize;

  /**
   * A primitive and the part that it computes.
   *
   * @param primitive index of the primitive
   * @param srcOffset where the part begins in src, in elements
   * @param dstOffset where the part begins in dst, and in operands as large, in elements
   * @param channelOffset the first of the part's output channels
   */
  record PlacedPrimitive(int primitive, long srcOffset, long dstOffset, long channelOffset) {}

  /**
   * Prepares nothing yet.
   *
   * @param operands the operands of the request that are as large as dst, which this copies
   */
  PartedPrimitives(Way way, TensorSpec dst, List<Tensor> operands) {
    this.way = way;
    this.largeOperands = operands.isEmpty() ? null : new LargeOperands(dst, operands);
  }

  /**
   * Prepares parts, in the first way of cutting for which oneDNN has the implementation of the
   * whole; none if there is no such way.
   */
  void cut(List<PartPlan> cuts, PlainParameters parameters) {
    int before = primitives.size();
    for (PartPlan cut : cuts) {
      try {
        parts = place(cut, parameters);
        plan = cut;
        return;
      } catch (DnnlStatusException e) {
        if (!e.isUnimplemented()) {
          throw e;
        }
        while (primitives.size() > before) {
          primitives.removeLast().close();
          weightsOffsets.removeLast();
        }
      }
    }
  }

  /**
   * Prepares what one thread runs, after parts. Where those may add in another order than the
   * whole, one thread runs them too, so that helpers change no bit.
   */
  void finish(PlainParameters parameters) {
    boolean inSequence = !parts.isEmpty() && way.implementation().ordersSumsBySize(way.spec());
    alone = inSequence ? parts : place(way.alone(), parameters);
    weightsByteSize = sumOfWeights();
  }

  private List<PlacedPrimitive> place(PartPlan cut, PlainParameters parameters) {
    List<PlacedPrimitive> placed = new ArrayList<>();
    for (PrimitiveSpec.Part part : cut.parts()) {
      placed.add(
          new PlacedPrimitive(
              primitive(part, parameters), part.srcOffset(), part.dstOffset(), part.biasOffset()));
    }
    return List.copyOf(placed);
  }

  private int primitive(PrimitiveSpec.Part part, PlainParameters parameters) {
    for (int i = 0; i < primitives.size(); i++) {
      if (weightsOffsets.get(i) == part.weightsOffset()
          && primitives.get(i).compiled().spec().equals(part.spec())) {
        return i;
      }
    }
    if (part.spec().lacksOperand()) {
      throw new DnnlStatusException(
          DnnlStatusException.UNIMPLEMENTED, "copying a part beside an operand as large as dst");
    }
    CompiledConvolution compiled =
        CompilationCache.SHARED.compile(part.spec(), way.implementation().name());
    PackedConvolution alike = packedAlike(part, compiled);
    PackedConvolution packed =
        alike == null
            ? new PackedConvolution(compiled, parameters, part.weightsOffset(), part.biasOffset())
            : new PackedConvolution(compiled, alike);
    primitives.add(packed);
    weightsOffsets.add(part.weightsOffset());
    return primitives.size() - 1;
  }

  private @Nullable PackedConvolution packedAlike(
      PrimitiveSpec.Part part, CompiledConvolution compiled) {
    for (int i = 0; i < primitives.size(); i++) {
      CompiledConvolution other = primitives.get(i).compiled();
      if (weightsOffsets.get(i) == part.weightsOffset()
          && other.spec().outChannels() == part.spec().outChannels()
          && other.weightsLayout().equals(compiled.weightsLayout())
          && other.weightsByteSize() == compiled.weightsByteSize()) {
        return primitives.get(i);
      }
    }
    return null;
  }

  /** What one thread runs, one after the other. */
  List<PlacedPrimitive> alone() {
    return alone;
  }

  /** The first of them. */
  CompiledConvolution first() {
    return primitives.get(alone.getFirst().primitive()).compiled();
  }

  /** What threads share; empty if a call is not shared. */
  List<PlacedPrimitive> parts() {
    return parts;
  }

  List<PackedConvolution> primitives() {
    return primitives;
  }

  /** Operands of the request that are as large as dst, in order, laid out like it. */
  List<MemorySegment> largeOperands() {
    return largeOperands == null ? List.of() : largeOperands.segments();
  }

  /** Returns what the parts are, for {@code explain}; empty if there is one. */
  String partsText() {
    if (plan == null) {
      return alone.size() == 1 ? "" : " in %d groups of images".formatted(alone.size());
    }
    boolean copied = !way.copies() && copiesParts();
    return " in %d parts by %s%s".formatted(parts.size(), plan.name(), copied ? ", copied" : "");
  }

  private boolean copiesParts() {
    return parts.stream()
        .map(part -> primitives.get(part.primitive()).compiled())
        .anyMatch(compiled -> compiled.srcCopy() != null || compiled.dstCopy() != null);
  }

  long weightsByteSize() {
    return weightsByteSize;
  }

  private long sumOfWeights() {
    long bytes = largeOperands == null ? 0 : largeOperands.byteSize();
    for (int i = 0; i < primitives.size(); i++) {
      bytes += ownsWeights(i) ? primitives.get(i).compiled().weightsByteSize() : 0;
    }
    return bytes;
  }

  private boolean ownsWeights(int index) {
    for (int i = 0; i < index; i++) {
      if (primitives.get(index).sharesWeightsOf(primitives.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** The bytes that a thread needs: the scratchpad, then a copied src, then a copied dst. */
  long workingByteSize() {
    return dstCopyOffset() + dstCopyByteSize();
  }

  /** Where a copied src begins in them. */
  long srcCopyOffset() {
    return aligned(scratchpadByteSize());
  }

  /** Where a copied dst begins in them. */
  long dstCopyOffset() {
    return srcCopyOffset() + aligned(srcCopyByteSize());
  }

  private static long aligned(long byteSize) {
    return Math.ceilDiv(byteSize, BufferPlan.ALIGNMENT_BYTES) * BufferPlan.ALIGNMENT_BYTES;
  }

  /** The most scratchpad bytes that a primitive needs. */
  long scratchpadByteSize() {
    long most = 0;
    for (PackedConvolution packed : primitives) {
      most = Math.max(most, packed.compiled().scratchpadByteSize());
    }
    return most;
  }

  /** The bytes of the largest copy of a part of src; 0 if src is read in place. */
  long srcCopyByteSize() {
    long most = 0;
    for (PackedConvolution packed : primitives) {
      most = Math.max(most, packed.compiled().srcCopyByteSize());
    }
    return most;
  }

  /** The bytes of the largest copy of a part of dst; 0 if dst is written in place. */
  long dstCopyByteSize() {
    long most = 0;
    for (PackedConvolution packed : primitives) {
      most = Math.max(most, packed.compiled().dstCopyByteSize());
    }
    return most;
  }

  /**
   * A failure to free one does not keep the next. Whoever prepares may find that construction
   * failed while another thread closes the engine: each primitive is freed by one of them.
   */
  @Override
  public synchronized void close() {
    RuntimeException first = null;
    if (largeOperands != null) {
      largeOperands.close();
    }
    while (!primitives.isEmpty()) {
      try {
        primitives.removeLast().close();
      } catch (RuntimeException e) {
        if (first == null) {
          first = e;
        } else {
          first.addSuppressed(e);
        }
      }
    }
    if (first != null) {
      throw first;
    }
  }
}
