package io.github.conv4j.onednn;

import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The working memory of one thread: a stream, a scratchpad, copies of parts, and the calls it may
 * make.
 */
final class CallSlot implements AutoCloseable {
  private final Handles handles = new Handles();
  private final PrimitiveCall[] calls;
  private final List<PartedPrimitives.PlacedPrimitive> alone;
  private final List<PartedPrimitives.PlacedPrimitive> parts;
  private final MemorySegment srcBytes;

  /** Whose zeros are in {@link #srcBytes}. */
  private @Nullable PrimitiveCall zeroed;

  CallSlot(PartedPrimitives primitives) {
    try {
      MemorySegment stream =
          handles.own(Dnnl.createStream(NativeEngine.handle()), Dnnl::destroyStream);
      MemorySegment scratchpad = bytes(primitives.scratchpadByteSize());
      this.srcBytes = bytes(primitives.srcCopyByteSize());
      MemorySegment dstBytes = bytes(primitives.dstCopyByteSize());
      List<PackedConvolution> packed = primitives.primitives();
      this.calls = new PrimitiveCall[packed.size()];
      for (int i = 0; i < calls.length; i++) {
        calls[i] =
            new PrimitiveCall(packed.get(i), stream, scratchpad, srcBytes, dstBytes, handles);
      }
      this.alone = primitives.alone();
      this.parts = primitives.parts();
    } catch (Throwable e) {
      handles.close();
      throw e;
    }
  }

  /** Memory that oneDNN aligns. */
  private MemorySegment bytes(long byteSize) {
    if (byteSize == 0) {
      return MemorySegment.NULL;
    }
    long[] dims = {Math.ceilDiv(byteSize, Float.BYTES)};
    MemorySegment desc = handles.own(Dnnl.createF32Desc(dims, new long[] {1}), Dnnl::destroyDesc);
    MemorySegment owner =
        handles.own(Dnnl.createOwningMemory(desc, NativeEngine.handle()), Dnnl::destroyMemory);
    return Dnnl.bytes(owner, dims[0] * Float.BYTES);
  }

  void execute(MemorySegment src, MemorySegment dst) {
    for (int i = 0; i < alone.size(); i++) {
      execute(alone.get(i), src, dst);
    }
  }

  void executePart(int part, MemorySegment src, MemorySegment dst) {
    execute(parts.get(part), src, dst);
  }

  private void execute(
      PartedPrimitives.PlacedPrimitive placed, MemorySegment src, MemorySegment dst) {
    PrimitiveCall call = calls[placed.primitive()];
    if (call.needsZeros() && zeroed != call) {
      srcBytes.fill((byte) 0);
      zeroed = call;
    }
    call.execute(src, placed.srcOffset() * Float.BYTES, dst, placed.dstOffset() * Float.BYTES);
  }

  @Override
  public void close() {
    handles.close();
  }
}
