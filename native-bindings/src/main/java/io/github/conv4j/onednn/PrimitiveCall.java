package io.github.conv4j.onednn;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A primitive with its argument list and the copies around it, for one thread at a time. */
final class PrimitiveCall {
  private final PackedConvolution packed;
  private final MemorySegment primitive;
  private final MemorySegment stream;
  private final MemorySegment arguments;
  private final int argumentCount;
  private final @Nullable CopyCall srcCopy;
  private final @Nullable CopyCall dstCopy;

  /** The memory objects of the caller's tensors, or of the parts that this call computes. */
  private final MemorySegment srcMemory;

  private final MemorySegment dstMemory;
  private long srcAddress;
  private long dstAddress;

  /**
   * Makes a call.
   *
   * @param srcBytes where a copied src goes
   * @param dstBytes where a copied dst is computed
   */
  PrimitiveCall(
      PackedConvolution packed,
      MemorySegment stream,
      MemorySegment scratchpad,
      MemorySegment srcBytes,
      MemorySegment dstBytes,
      Handles handles,
      Arena arena) {
    CompiledConvolution compiled = packed.compiled();
    this.packed = packed;
    this.primitive = compiled.primitive();
    this.stream = stream;
    boolean copiesSrc = compiled.srcCopy() != null;
    boolean copiesDst = compiled.dstCopy() != null;
    MemorySegment kernelSrc =
        memory(compiled.srcDesc(), copiesSrc ? srcBytes : MemorySegment.NULL, handles);
    MemorySegment kernelDst =
        memory(compiled.dstDesc(), copiesDst ? dstBytes : MemorySegment.NULL, handles);
    this.srcCopy = srcCopy(compiled, srcBytes, stream, scratchpad, handles, arena);
    this.dstCopy = dstCopy(compiled, kernelDst, stream, scratchpad, handles, arena);
    this.srcMemory = srcCopy == null ? kernelSrc : srcCopy.from;
    this.dstMemory = dstCopy == null ? kernelDst : dstCopy.to;
    MemorySegment scratchpadMemory =
        scratchpadMemory(
            compiled.scratchpadDesc(), compiled.kernelScratchpadByteSize(), scratchpad, handles);
    int[] kinds = {
      Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST, Dnnl.ARG_SCRATCHPAD, Dnnl.ARG_BIAS
    };
    MemorySegment[] memories = {
      kernelSrc, packed.weights(), kernelDst, scratchpadMemory, packed.bias()
    };
    this.argumentCount = packed.hasBias() ? kinds.length : kinds.length - 1;
    this.arguments = Dnnl.arguments(arena, kinds, memories);
  }

  private static MemorySegment memory(MemorySegment desc, MemorySegment bytes, Handles handles) {
    return handles.own(Dnnl.createMemory(desc, NativeEngine.handle(), bytes), Destroyer.MEMORY);
  }

  /** Returns NULL where none is needed: oneDNN ignores an argument without memory. */
  private static MemorySegment scratchpadMemory(
      MemorySegment desc, long byteSize, MemorySegment bytes, Handles handles) {
    return byteSize == 0 ? MemorySegment.NULL : memory(desc, bytes, handles);
  }

  private static @Nullable CopyCall srcCopy(
      CompiledConvolution compiled,
      MemorySegment bytes,
      MemorySegment stream,
      MemorySegment scratchpad,
      Handles handles,
      Arena arena) {
    Reorder reorder = compiled.srcCopy();
    if (reorder == null) {
      return null;
    }
    MemorySegment to =
        memory(
            reorder.toDesc(),
            bytes.asSlice(compiled.spec().srcCopyOffset() * Float.BYTES),
            handles);
    MemorySegment from = memory(reorder.fromDesc(), MemorySegment.NULL, handles);
    return new CopyCall(reorder, from, to, stream, scratchpad, handles, arena);
  }

  private static @Nullable CopyCall dstCopy(
      CompiledConvolution compiled,
      MemorySegment kernelDst,
      MemorySegment stream,
      MemorySegment scratchpad,
      Handles handles,
      Arena arena) {
    Reorder reorder = compiled.dstCopy();
    if (reorder == null) {
      return null;
    }
    MemorySegment to = memory(reorder.toDesc(), MemorySegment.NULL, handles);
    return new CopyCall(reorder, kernelDst, to, stream, scratchpad, handles, arena);
  }

  /** Whether src is copied between zeros, which must be there before. */
  boolean needsZeros() {
    return packed.compiled().spec().pads();
  }

  /** Computes the part of {@code dst} that begins so many bytes after its start. */
  void execute(MemorySegment src, long srcOffsetBytes, MemorySegment dst, long dstOffsetBytes) {
    long from = src.address() + srcOffsetBytes;
    if (from != srcAddress) {
      Dnnl.setBytes(srcMemory, from);
      srcAddress = from;
    }
    long to = dst.address() + dstOffsetBytes;
    if (to != dstAddress) {
      Dnnl.setBytes(dstMemory, to);
      dstAddress = to;
    }
    int ompThreads = OneThread.enter();
    try {
      if (srcCopy != null) {
        srcCopy.run(src, dst);
      }
      Dnnl.execute(primitive, stream, argumentCount, arguments, src, dst);
      if (dstCopy != null) {
        dstCopy.run(src, dst);
      }
    } finally {
      OneThread.exit(ompThreads);
    }
  }

  /** A reorder with its argument list. */
  private static final class CopyCall {
    private final MemorySegment primitive;
    private final MemorySegment stream;
    private final MemorySegment from;
    private final MemorySegment to;
    private final MemorySegment arguments;

    CopyCall(
        Reorder reorder,
        MemorySegment from,
        MemorySegment to,
        MemorySegment stream,
        MemorySegment scratchpad,
        Handles handles,
        Arena arena) {
      this.primitive = reorder.primitive();
      this.stream = stream;
      this.from = from;
      this.to = to;
      MemorySegment scratchpadMemory =
          scratchpadMemory(
              reorder.scratchpadDesc(), reorder.scratchpadByteSize(), scratchpad, handles);
      int[] kinds = {Dnnl.ARG_SRC, Dnnl.ARG_DST, Dnnl.ARG_SCRATCHPAD};
      this.arguments =
          Dnnl.arguments(arena, kinds, new MemorySegment[] {from, to, scratchpadMemory});
    }

    /** The caller's tensors travel along, so that their arenas stay open. */
    void run(MemorySegment src, MemorySegment dst) {
      Dnnl.execute(primitive, stream, 3, arguments, src, dst);
    }
  }
}
