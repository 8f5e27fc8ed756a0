package io.github.conv4j.onednn;

import io.github.conv4j.internal.primitive.BoundPrimitive;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What one thread needs to run primitives: a stream, and the calls that it may make. */
final class CallSlot implements BoundPrimitive {
  private final String problem;
  private final Handles handles = new Handles();

  /** Owns the argument lists, as the handles own what oneDNN made. */
  private final Arena arena = Arena.ofShared();

  private final PrimitiveCall[] calls;
  private final List<PartedPrimitives.PlacedPrimitive> alone;
  private final List<PartedPrimitives.PlacedPrimitive> parts;
  private final boolean kept;
  private final int srcElementBytes;
  private final int dstElementBytes;

  /** Whose zeros are where src is copied to. */
  private @Nullable PrimitiveCall zeroed;

  /**
   * Makes the calls.
   *
   * @param given as many bytes as {@link PartedPrimitives#workingByteSize}
   * @param kept whether nothing else writes them
   */
  CallSlot(PartedPrimitives primitives, MemorySegment given, boolean kept, String problem) {
    this.problem = problem;
    this.kept = kept;
    try {
      MemorySegment stream = handles.own(Streams.take(), Destroyer.STREAM);
      MemorySegment scratchpad = slice(given, 0, primitives.scratchpadByteSize());
      MemorySegment srcBytes =
          slice(given, primitives.srcCopyOffset(), primitives.srcCopyByteSize());
      MemorySegment dstBytes =
          slice(given, primitives.dstCopyOffset(), primitives.dstCopyByteSize());
      List<PackedConvolution> packed = primitives.primitives();
      PrimitiveTypes types = packed.getFirst().compiled().spec().types();
      this.srcElementBytes = types.callersSrc().byteSize();
      this.dstElementBytes = types.dst().byteSize();
      this.calls = new PrimitiveCall[packed.size()];
      var objects = new MemoryObjects(handles, arena);
      for (int i = 0; i < calls.length; i++) {
        calls[i] =
            new PrimitiveCall(
                packed.get(i),
                stream,
                scratchpad,
                srcBytes,
                dstBytes,
                primitives.largeOperands(),
                objects,
                arena);
      }
      this.alone = primitives.alone();
      this.parts = primitives.parts();
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private static MemorySegment slice(MemorySegment bytes, long offset, long byteSize) {
    return byteSize == 0 ? MemorySegment.NULL : bytes.asSlice(offset, byteSize);
  }

  @Override
  public void beginShare() {
    if (!kept) {
      zeroed = null;
    }
  }

  @Override
  public void runAlone(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    try {
      for (int i = 0; i < alone.size(); i++) {
        execute(alone.get(i), src, dst, operands);
      }
    } catch (DnnlStatusException e) {
      throw e.forProblem(problem);
    }
  }

  @Override
  public void runPart(int part, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    try {
      execute(parts.get(part), src, dst, operands);
    } catch (DnnlStatusException e) {
      throw e.forProblem(problem);
    }
  }

  private void execute(
      PartedPrimitives.PlacedPrimitive placed,
      MemorySegment src,
      MemorySegment dst,
      MemorySegment[] operands) {
    PrimitiveCall call = calls[placed.primitive()];
    if (call.needsZeros() && zeroed != call) {
      call.clear();
      zeroed = call;
    }
    call.placeOperands(placed, operands);
    call.execute(
        src,
        placed.srcOffset() * srcElementBytes,
        dst,
        placed.dstOffset() * dstElementBytes,
        operands);
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
