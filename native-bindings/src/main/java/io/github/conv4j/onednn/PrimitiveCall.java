package io.github.conv4j.onednn;

import io.github.conv4j.tensor.Shape;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/** A primitive with its argument list, for one thread at a time. */
final class PrimitiveCall {
  private final MemorySegment primitive;
  private final MemorySegment stream;
  private final MemorySegment srcMemory;
  private final MemorySegment dstMemory;
  private final MemorySegment arguments;
  private final int argumentCount;
  private final long srcOffsetBytes;
  private final long dstOffsetBytes;
  private final @Nullable PixelCopy copy;
  private long srcAddress;
  private long dstAddress;

  /** For the whole tensors. */
  PrimitiveCall(
      PackedConvolution packed, MemorySegment stream, MemorySegment scratchpad, Handles handles) {
    this(packed, stream, scratchpad, MemorySegment.NULL, handles, 0, 0, 0);
  }

  /**
   * For a part of the tensors.
   *
   * @param copyBytes where a part that is copied is computed
   */
  PrimitiveCall(
      PackedConvolution packed,
      MemorySegment stream,
      MemorySegment scratchpad,
      MemorySegment copyBytes,
      Handles handles,
      PartPlan.Part part) {
    this(
        packed,
        stream,
        scratchpad,
        copyBytes,
        handles,
        part.srcOffset() * Float.BYTES,
        part.dstOffset() * Float.BYTES,
        part.copyPitch());
  }

  private PrimitiveCall(
      PackedConvolution packed,
      MemorySegment stream,
      MemorySegment scratchpad,
      MemorySegment copyBytes,
      Handles handles,
      long srcOffsetBytes,
      long dstOffsetBytes,
      long copyPitch) {
    boolean copied = copyPitch > 0;
    CompiledConvolution compiled = packed.compiled();
    MemorySegment engine = NativeEngine.handle();
    this.primitive = compiled.primitive();
    this.stream = stream;
    this.srcOffsetBytes = srcOffsetBytes;
    this.dstOffsetBytes = copied ? 0 : dstOffsetBytes;
    this.srcMemory = own(handles, Dnnl.createMemory(compiled.srcDesc(), engine));
    this.dstMemory = own(handles, Dnnl.createMemory(compiled.dstDesc(), engine));
    if (copied) {
      Dnnl.setBytes(dstMemory, copyBytes);
      this.copy =
          new PixelCopy(copyBytes, compiled.dst().shape(), dstOffsetBytes, copyPitch * Float.BYTES);
    } else {
      this.copy = null;
    }
    MemorySegment scratchpadMemory =
        own(handles, Dnnl.createMemory(compiled.scratchpadDesc(), engine));
    Dnnl.setBytes(scratchpadMemory, scratchpad);
    int[] kinds = {
      Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST, Dnnl.ARG_SCRATCHPAD, Dnnl.ARG_BIAS
    };
    MemorySegment[] memories = {
      srcMemory, packed.weights(), dstMemory, scratchpadMemory, packed.bias()
    };
    this.argumentCount = packed.hasBias() ? kinds.length : kinds.length - 1;
    this.arguments = Dnnl.arguments(Arena.ofAuto(), kinds, memories);
  }

  private static MemorySegment own(Handles handles, MemorySegment memory) {
    return handles.own(memory, Dnnl::destroyMemory);
  }

  void execute(MemorySegment src, MemorySegment dst) {
    long from = src.address() + srcOffsetBytes;
    if (from != srcAddress) {
      Dnnl.setBytes(srcMemory, MemorySegment.ofAddress(from));
      srcAddress = from;
    }
    long to = dst.address() + dstOffsetBytes;
    if (copy == null && to != dstAddress) {
      Dnnl.setBytes(dstMemory, MemorySegment.ofAddress(to));
      dstAddress = to;
    }
    int ompThreads = OneThread.enter();
    try {
      Dnnl.execute(primitive, stream, argumentCount, arguments, src, dst);
    } finally {
      OneThread.exit(ompThreads);
    }
    if (copy != null) {
      copy.run(dst);
    }
  }

  /** Puts some channels of every pixel into a dense channels-last tensor. */
  private static final class PixelCopy {
    private final MemorySegment from;
    private final long pixels;
    private final long pixelBytes;
    private final long toOffsetBytes;
    private final long pitchBytes;

    PixelCopy(MemorySegment from, Shape part, long toOffsetBytes, long pitchBytes) {
      this.from = from;
      this.pixels = part.elementCount() / part.dim(1);
      this.pixelBytes = part.dim(1) * Float.BYTES;
      this.toOffsetBytes = toOffsetBytes;
      this.pitchBytes = pitchBytes;
    }

    void run(MemorySegment dst) {
      for (long p = 0; p < pixels; p++) {
        MemorySegment.copy(from, p * pixelBytes, dst, toOffsetBytes + p * pitchBytes, pixelBytes);
      }
    }
  }
}
