package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What depends on a problem but not on the weights' values: the chosen implementation, its
 * generated code, and the reorder that packs weights for it. Shared by every prepared convolution
 * of the same problem; counted, and destroyed after the last one.
 */
final class CompiledConvolution {
  /** Descriptors and tables: 50 to 70 KiB for most problems on AVX2, 400 KiB for the largest. */
  private static final long BESIDE_CODE_BYTES = 64 << 10;

  private final Handles handles = new Handles();
  private final AtomicInteger users = new AtomicInteger(1);
  private final Implementation implementation;
  private final MemorySegment primitive;
  private final MemorySegment srcDesc;
  private final MemorySegment dstDesc;
  private final MemorySegment scratchpadDesc;
  private final MemorySegment weightsDesc;
  private final MemorySegment biasDesc;
  private final MemorySegment plainWeightsDesc;
  private final MemorySegment packing;
  private final MemorySegment packingScratchpadDesc;
  private final TensorSpec src;
  private final TensorSpec dst;
  private final String weightsLayout;
  private final long weightsByteSize;
  private final long scratchpadByteSize;
  private final long byteSize;
  private final List<String> warnings;
  private final boolean slow;
  private volatile @Nullable CompilationCache cache;
  private volatile @Nullable Described described;

  /** The text of a problem: slow to write anew for each prepare of the same. */
  private record Described(Convolution convolution, Shape src, String text) {}

  /**
   * Chooses an implementation and generates its code.
   *
   * @param srcAsked the spec of the part that is read
   * @param dstAsked the spec of the part that is computed
   * @param implementationAsked one of {@link #implementations}, or null for oneDNN's first
   */
  CompiledConvolution(
      NativeProblem problem,
      TensorSpec srcAsked,
      TensorSpec dstAsked,
      @Nullable String implementationAsked) {
    int ompThreads = OneThread.enter();
    try (var temporary = new Handles();
        var code = CodeMeter.start()) {
      MemorySegment engine = NativeEngine.handle();
      Convolution convolution = problem.convolution();
      this.biasDesc =
          convolution.hasBias()
              ? ownDesc(Dnnl.createF32Desc(new long[] {convolution.outChannels()}, new long[] {1}))
              : MemorySegment.NULL;
      MemorySegment attributes = temporary.own(Dnnl.createAttributes(), Dnnl::destroyAttributes);
      MemorySegment primitiveDesc =
          handles.own(
              primitiveDesc(problem, srcAsked, dstAsked, biasDesc, attributes, temporary),
              Dnnl::destroyPrimitiveDesc);
      if (implementationAsked != null) {
        stepTo(implementationAsked, primitiveDesc);
      }
      this.implementation = new Implementation(Dnnl.implementation(primitiveDesc));
      this.srcDesc = Dnnl.srcDesc(primitiveDesc);
      this.dstDesc = Dnnl.dstDesc(primitiveDesc);
      this.weightsDesc = Dnnl.weightsDesc(primitiveDesc);
      this.scratchpadDesc = Dnnl.scratchpadDesc(primitiveDesc);
      this.primitive = handles.own(Dnnl.createPrimitive(primitiveDesc), Dnnl::destroyPrimitive);
      this.plainWeightsDesc =
          ownDesc(Dnnl.createF32Desc(problem.weightsDims(), problem.weightsStrides()));
      MemorySegment packingDesc =
          handles.own(
              Dnnl.createReorderDesc(plainWeightsDesc, weightsDesc, engine, attributes),
              Dnnl::destroyPrimitiveDesc);
      this.packing = handles.own(Dnnl.createPrimitive(packingDesc), Dnnl::destroyPrimitive);
      this.packingScratchpadDesc = Dnnl.scratchpadDesc(packingDesc);
      this.src = srcAsked.isAny() ? MemoryDescs.read(srcDesc) : srcAsked;
      this.dst = dstAsked.isAny() ? MemoryDescs.read(dstDesc) : dstAsked;
      this.weightsLayout = MemoryDescs.describe(weightsDesc);
      this.weightsByteSize =
          Dnnl.byteSize(weightsDesc)
              + (convolution.hasBias() ? convolution.outChannels() * Float.BYTES : 0);
      this.scratchpadByteSize = Dnnl.byteSize(scratchpadDesc);
      this.warnings = List.copyOf(implementation.warnings());
      this.slow = implementation.isSlow();
      this.byteSize = code.bytes() + BESIDE_CODE_BYTES;
    } catch (Throwable e) {
      handles.close();
      throw e;
    } finally {
      OneThread.exit(ompThreads);
    }
  }

  private static MemorySegment primitiveDesc(
      NativeProblem problem,
      TensorSpec src,
      TensorSpec dst,
      MemorySegment bias,
      MemorySegment attributes,
      Handles temporary) {
    return Dnnl.createConvolutionDesc(
        problem.convolution().isTransposed(),
        NativeEngine.handle(),
        temporary.own(MemoryDescs.create(src), Dnnl::destroyDesc),
        temporary.own(Dnnl.createAnyF32Desc(problem.weightsDims()), Dnnl::destroyDesc),
        bias,
        temporary.own(MemoryDescs.create(dst), Dnnl::destroyDesc),
        problem.numbers(),
        attributes);
  }

  private static void stepTo(String implementation, MemorySegment primitiveDesc) {
    while (!Dnnl.implementation(primitiveDesc).equals(implementation)) {
      if (!Dnnl.nextImplementation(primitiveDesc)) {
        throw new DnnlStatusException(
            DnnlStatusException.UNIMPLEMENTED, "choosing the implementation " + implementation);
      }
    }
  }

  /**
   * Returns the names of oneDNN's implementations, its first choice first; of the slow catch-alls
   * only that. Generates no code.
   *
   * @param most how many to return at most
   */
  static List<String> implementations(
      NativeProblem problem, TensorSpec src, TensorSpec dst, int most) {
    int ompThreads = OneThread.enter();
    try (var temporary = new Handles()) {
      Convolution convolution = problem.convolution();
      MemorySegment bias =
          convolution.hasBias()
              ? temporary.own(
                  Dnnl.createF32Desc(new long[] {convolution.outChannels()}, new long[] {1}),
                  Dnnl::destroyDesc)
              : MemorySegment.NULL;
      MemorySegment attributes = temporary.own(Dnnl.createAttributes(), Dnnl::destroyAttributes);
      MemorySegment primitiveDesc =
          temporary.own(
              primitiveDesc(problem, src, dst, bias, attributes, temporary),
              Dnnl::destroyPrimitiveDesc);
      List<String> names = new ArrayList<>();
      do {
        String name = Dnnl.implementation(primitiveDesc);
        if (names.isEmpty() || !(new Implementation(name).isSlow() || names.contains(name))) {
          names.add(name);
        }
      } while (names.size() < most && Dnnl.nextImplementation(primitiveDesc));
      return names;
    } finally {
      OneThread.exit(ompThreads);
    }
  }

  private MemorySegment ownDesc(MemorySegment desc) {
    return handles.own(desc, Dnnl::destroyDesc);
  }

  /** Counts one more user; false if the last one has already gone. */
  boolean retain() {
    int before;
    do {
      before = users.get();
      if (before <= 0) {
        return false;
      }
    } while (!users.compareAndSet(before, before + 1));
    return true;
  }

  /** Counts one user less; destroys everything after the last. */
  void release() {
    CompilationCache keeper = cache;
    int left = users.decrementAndGet();
    if (left == 0) {
      try (var _ = CodeMeter.disturb()) {
        handles.close();
      }
    }
    if (left < 0) {
      throw new AssertionError("released more often than retained");
    }
    if (left == 1 && keeper != null) {
      keeper.becameIdle();
    }
  }

  /** Says who is a user beside what is prepared. */
  void keptBy(CompilationCache keeper) {
    cache = keeper;
  }

  /** Whether nobody but the cache uses this. */
  boolean isIdle() {
    return users.get() == 1;
  }

  /** Returns the bytes of generated code, and about those of what belongs to it. */
  long byteSize() {
    return byteSize;
  }

  /** Returns the text of a problem that this was compiled for. */
  String problemText(PrepareRequest request) {
    Described last = described;
    if (last == null
        || !last.src.equals(request.src().shape())
        || !last.convolution.equals(request.convolution())) {
      last = new Described(request.convolution(), request.src().shape(), request.problemText());
      described = last;
    }
    return last.text;
  }

  /** Whether oneDNN has only a catch-all for it. */
  boolean isSlow() {
    return slow;
  }

  List<String> warnings() {
    return warnings;
  }

  Implementation implementation() {
    return implementation;
  }

  MemorySegment primitive() {
    return primitive;
  }

  MemorySegment srcDesc() {
    return srcDesc;
  }

  MemorySegment dstDesc() {
    return dstDesc;
  }

  MemorySegment scratchpadDesc() {
    return scratchpadDesc;
  }

  MemorySegment weightsDesc() {
    return weightsDesc;
  }

  MemorySegment biasDesc() {
    return biasDesc;
  }

  MemorySegment plainWeightsDesc() {
    return plainWeightsDesc;
  }

  /** The reorder from {@link #plainWeightsDesc} to {@link #weightsDesc}. */
  MemorySegment packing() {
    return packing;
  }

  MemorySegment packingScratchpadDesc() {
    return packingScratchpadDesc;
  }

  TensorSpec src() {
    return src;
  }

  TensorSpec dst() {
    return dst;
  }

  String weightsLayout() {
    return weightsLayout;
  }

  long weightsByteSize() {
    return weightsByteSize;
  }

  long scratchpadByteSize() {
    return scratchpadByteSize;
  }
}
