package io.github.conv4j.onednn;

import io.github.conv4j.internal.prepared.ByteSized;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The working memory of one thread: a stream, a scratchpad, copies of parts, and the calls it may
 * make.
 */
final class CallSlot implements AutoCloseable, ByteSized {
  private final long byteSize;
  private final Handles handles = new Handles();

  /** Owns the argument lists, as the handles own what oneDNN made. */
  private final Arena arena = Arena.ofShared();

  private final PrimitiveCall[] calls;
  private final List<PartedPrimitives.PlacedPrimitive> alone;
  private final List<PartedPrimitives.PlacedPrimitive> parts;
  private final MemorySegment srcBytes;

  /** Whose zeros are in {@link #srcBytes}. */
  private @Nullable PrimitiveCall zeroed;

  CallSlot(PartedPrimitives primitives) {
    this.byteSize =
        primitives.scratchpadByteSize()
            + primitives.srcCopyByteSize()
            + primitives.dstCopyByteSize();
    try {
      MemorySegment stream = handles.own(Streams.take(), Destroyer.STREAM);
      MemorySegment scratchpad = bytes(primitives.scratchpadByteSize());
      this.srcBytes = bytes(primitives.srcCopyByteSize());
      MemorySegment dstBytes = bytes(primitives.dstCopyByteSize());
      List<PackedConvolution> packed = primitives.primitives();
      this.calls = new PrimitiveCall[packed.size()];
      for (int i = 0; i < calls.length; i++) {
        calls[i] =
            new PrimitiveCall(
                packed.get(i),
                stream,
                scratchpad,
                srcBytes,
                dstBytes,
                primitives.largeOperands(),
                handles,
                arena);
      }
      this.alone = primitives.alone();
      this.parts = primitives.parts();
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /** Memory that oneDNN aligns. */
  private MemorySegment bytes(long byteSize) {
    if (byteSize == 0) {
      return MemorySegment.NULL;
    }
    long[] dims = {Math.ceilDiv(byteSize, Float.BYTES)};
    MemorySegment desc = handles.own(Dnnl.createF32Desc(dims, new long[] {1}), Destroyer.DESC);
    MemorySegment owner =
        handles.own(Dnnl.createOwningMemory(desc, NativeEngine.handle()), Destroyer.MEMORY);
    return Dnnl.bytes(owner, dims[0] * Float.BYTES);
  }

  void execute(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    for (int i = 0; i < alone.size(); i++) {
      execute(alone.get(i), src, dst, operands);
    }
  }

  void executePart(int part, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    execute(parts.get(part), src, dst, operands);
  }

  private void execute(
      PartedPrimitives.PlacedPrimitive placed,
      MemorySegment src,
      MemorySegment dst,
      MemorySegment[] operands) {
    PrimitiveCall call = calls[placed.primitive()];
    if (call.needsZeros() && zeroed != call) {
      srcBytes.fill((byte) 0);
      zeroed = call;
    }
    call.placeOperands(placed, operands);
    call.execute(
        src, placed.srcOffset() * Float.BYTES, dst, placed.dstOffset() * Float.BYTES, operands);
  }

  @Override
  public long byteSize() {
    return byteSize;
  }

  @Override
  public void close() {
    try {
      handles.close();
    } finally {
      arena.close();
    }
  }
}
