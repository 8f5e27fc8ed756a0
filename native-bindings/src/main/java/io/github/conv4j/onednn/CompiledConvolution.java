package io.github.conv4j.onednn;

import io.github.conv4j.tensor.DataType;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What depends on a problem but not on the weights' values: the chosen implementation, its
 * generated code, the reorder that packs weights for it, and those that copy src and dst. Shared by
 * every prepared convolution of the same problem; counted, and destroyed after the last one.
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
  private final MemorySegment scalesDesc;
  private final MemorySegment zeroPointDesc;
  private final List<MemorySegment> operandDescs;
  private final Reorder packing;
  private final @Nullable Reorder srcCopy;
  private final @Nullable Reorder dstCopy;
  private final PrimitiveSpec spec;
  private final String weightsLayout;
  private final long weightsByteSize;
  private final long scratchpadByteSize;
  private final long byteSize;
  private volatile @Nullable CompilationCache cache;

  /**
   * Generates the code of an implementation, on another thread where this one cannot.
   *
   * @param implementation one of {@link #implementations}
   */
  static CompiledConvolution of(PrimitiveSpec spec, String implementation) {
    try {
      return new CompiledConvolution(spec, implementation);
    } catch (DnnlStatusException e) {
      if (!e.mayBeOfTheThread()) {
        throw e;
      }
      return NewThread.call(() -> new CompiledConvolution(spec, implementation), e);
    }
  }

  private CompiledConvolution(PrimitiveSpec spec, String implementationAsked) {
    this.spec = spec;
    int ompThreads = OneThread.enter();
    try (var temporary = new Handles();
        var code = CodeMeter.start()) {
      this.biasDesc =
          spec.hasBias()
              ? ownDesc(Dnnl.createF32Desc(new long[] {spec.outChannels()}, new long[] {1}))
              : MemorySegment.NULL;
      MemorySegment attributes = temporary.own(Dnnl.createAttributes(), Destroyer.ATTRIBUTES);
      MemorySegment withPostOps = temporary.own(Dnnl.createAttributes(), Destroyer.ATTRIBUTES);
      this.operandDescs = Fusion.operandDescs(spec, handles);
      Fusion.describe(spec, operandDescs, withPostOps, temporary);
      SumScales.describe(spec, withPostOps);
      this.scalesDesc =
          spec.types().scalesSums() ? ownDesc(SumScales.scalesDesc(spec)) : MemorySegment.NULL;
      this.zeroPointDesc =
          spec.hasZeroPoint() ? ownDesc(SumScales.zeroPointDesc()) : MemorySegment.NULL;
      MemorySegment primitiveDesc =
          handles.own(
              primitiveDesc(spec, biasDesc, withPostOps, temporary), Destroyer.PRIMITIVE_DESC);
      stepTo(implementationAsked, primitiveDesc);
      this.implementation = new Implementation(Dnnl.implementation(primitiveDesc));
      this.srcDesc = Dnnl.srcDesc(primitiveDesc);
      this.dstDesc = Dnnl.dstDesc(primitiveDesc);
      this.weightsDesc = Dnnl.weightsDesc(primitiveDesc);
      this.scratchpadDesc = Dnnl.scratchpadDesc(primitiveDesc);
      this.primitive = handles.own(Dnnl.createPrimitive(primitiveDesc), Destroyer.PRIMITIVE);
      MemorySegment plainWeightsDesc =
          ownDesc(
              Dnnl.createDesc(
                  spec.types().callersWeights(), spec.weightsDims(), spec.weightsStridesArray()));
      this.packing = Reorder.create(plainWeightsDesc, weightsDesc, attributes, handles);
      this.srcCopy = spec.copiesSrc() ? srcCopy(spec, attributes) : null;
      this.dstCopy =
          spec.copiesDst()
              ? Reorder.create(
                  dstDesc, ownDesc(desc(spec.types().dst(), spec.dst())), attributes, handles)
              : null;
      this.weightsLayout = MemoryDescs.describe(weightsDesc);
      this.weightsByteSize =
          Dnnl.byteSize(weightsDesc)
              + (spec.hasBias() ? spec.outChannels() * Float.BYTES : 0)
              + (spec.types().scalesSums() ? spec.outChannels() * Float.BYTES : 0);
      this.scratchpadByteSize = Dnnl.byteSize(scratchpadDesc);
      this.byteSize = code.bytes() + BESIDE_CODE_BYTES;
    } catch (Throwable e) {
      handles.close();
      throw e;
    } finally {
      OneThread.exit(ompThreads);
    }
  }

  private static MemorySegment desc(DataType type, Operand operand) {
    return Dnnl.createDesc(type, operand.dimsArray(), operand.stridesArray());
  }

  /** Into the kernel's src, or the part of it between the zeros. */
  private Reorder srcCopy(PrimitiveSpec spec, MemorySegment attributes) {
    MemorySegment to =
        spec.pads()
            ? ownDesc(
                desc(
                    spec.types().src(), new Operand(spec.src().dims(), spec.kernelSrc().strides())))
            : srcDesc;
    MemorySegment from = ownDesc(desc(spec.types().callersSrc(), spec.src()));
    return Reorder.create(from, to, attributes, handles);
  }

  private static MemorySegment primitiveDesc(
      PrimitiveSpec spec, MemorySegment bias, MemorySegment attributes, Handles temporary) {
    return Dnnl.createConvolutionDesc(
        spec.transposed(),
        NativeEngine.handle(),
        temporary.own(desc(spec.types().src(), spec.kernelSrc()), Destroyer.DESC),
        temporary.own(
            Dnnl.createAnyDesc(spec.types().weights(), spec.weightsDims()), Destroyer.DESC),
        bias,
        temporary.own(desc(spec.types().dst(), spec.kernelDst()), Destroyer.DESC),
        spec.numbers(),
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
   * Returns oneDNN's implementations, its first choice first; of the slow catch-alls only the
   * first. Empty if there is none. Generates no code.
   */
  static List<Implementation> implementations(PrimitiveSpec spec) {
    int ompThreads = OneThread.enter();
    try (var temporary = new Handles()) {
      MemorySegment bias =
          spec.hasBias()
              ? temporary.own(
                  Dnnl.createF32Desc(new long[] {spec.outChannels()}, new long[] {1}),
                  Destroyer.DESC)
              : MemorySegment.NULL;
      MemorySegment attributes = temporary.own(Dnnl.createAttributes(), Destroyer.ATTRIBUTES);
      Fusion.describe(spec, Fusion.operandDescs(spec, temporary), attributes, temporary);
      SumScales.describe(spec, attributes);
      MemorySegment primitiveDesc =
          temporary.own(primitiveDesc(spec, bias, attributes, temporary), Destroyer.PRIMITIVE_DESC);
      List<Implementation> found = new ArrayList<>();
      boolean hasSlow = false;
      do {
        var implementation = new Implementation(Dnnl.implementation(primitiveDesc));
        if (!(implementation.isSlow() && hasSlow) && !found.contains(implementation)) {
          found.add(implementation);
        }
        hasSlow |= implementation.isSlow();
      } while (!(hasSlow && found.size() > 1) && Dnnl.nextImplementation(primitiveDesc));
      return found;
    } catch (DnnlStatusException e) {
      if (e.isUnimplemented()) {
        return List.of();
      }
      throw e;
    } finally {
      OneThread.exit(ompThreads);
    }
  }

  private MemorySegment ownDesc(MemorySegment desc) {
    return handles.own(desc, Destroyer.DESC);
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

  /** {@link MemorySegment#NULL} where sums are not scaled. */
  MemorySegment scalesDesc() {
    return scalesDesc;
  }

  /** {@link MemorySegment#NULL} where 0 stands for zero. */
  MemorySegment zeroPointDesc() {
    return zeroPointDesc;
  }

  /** One for each post-op, NULL where it has no operand. */
  List<MemorySegment> operandDescs() {
    return operandDescs;
  }

  /** The reorder from the caller's row-major weights to {@link #weightsDesc}. */
  Reorder packing() {
    return packing;
  }

  /** The reorder from the caller's src to what the kernel reads; null if that is the same. */
  @Nullable Reorder srcCopy() {
    return srcCopy;
  }

  /** The reorder from what the kernel writes to the caller's dst; null if that is the same. */
  @Nullable Reorder dstCopy() {
    return dstCopy;
  }

  /** The bytes of {@link #srcCopy}'s result; 0 without it. */
  long srcCopyByteSize() {
    return srcCopy == null ? 0 : Dnnl.byteSize(srcDesc);
  }

  /** The bytes that {@link #dstCopy} reads; 0 without it. */
  long dstCopyByteSize() {
    return dstCopy == null ? 0 : Dnnl.byteSize(dstDesc);
  }

  PrimitiveSpec spec() {
    return spec;
  }

  String weightsLayout() {
    return weightsLayout;
  }

  long weightsByteSize() {
    return weightsByteSize;
  }

  /** What the primitive alone needs. */
  long kernelScratchpadByteSize() {
    return scratchpadByteSize;
  }

  /** What the primitive, or a copy around it, needs at most. */
  long scratchpadByteSize() {
    return Math.max(
        scratchpadByteSize,
        Math.max(
            srcCopy == null ? 0 : srcCopy.scratchpadByteSize(),
            dstCopy == null ? 0 : dstCopy.scratchpadByteSize()));
  }
}
