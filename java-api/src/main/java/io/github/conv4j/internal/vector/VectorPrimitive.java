package io.github.conv4j.internal.vector;

import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.internal.vector.base.Epilogue;
import io.github.conv4j.internal.vector.base.Plan;
import io.github.conv4j.internal.vector.base.Scratch;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A convolution by a {@link Plan}.
 *
 * @param <S> the working memory of one thread
 * @param isShared whether helpers take parts
 * @param boundHeapByteSize what each thread takes of the Java heap
 */
record VectorPrimitive<S extends Scratch>(Plan<S> plan, boolean isShared, long boundHeapByteSize)
    implements Primitive {
  private static final boolean MAY_UNCONFINE =
      VectorPrimitive.class.getModule().isNativeAccessEnabled();

  @Override
  public int partCount() {
    return isShared ? plan.partCount() : 1;
  }

  @Override
  public long scratchpadByteSize() {
    return plan.scratchpadByteSize();
  }

  /** Packed weights lie on the heap. */
  @Override
  public long constantsByteSize() {
    return plan.epilogue().offHeapByteSize();
  }

  @Override
  public long heapConstantsByteSize() {
    Epilogue epilogue = plan.epilogue();
    return plan.weightsByteSize() + epilogue.byteSize() - epilogue.offHeapByteSize();
  }

  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    S scratch = plan.newScratch();
    scratch.use(scratchpad);
    return new Bound<>(plan, scratch);
  }

  /** Java asks for native access before a segment may be seen by another thread than its own. */
  @Override
  @SuppressWarnings("restricted")
  public @Nullable MemorySegment unconfined(MemorySegment segment) {
    return MAY_UNCONFINE
        ? MemorySegment.ofAddress(segment.address()).reinterpret(segment.byteSize())
        : null;
  }

  @Override
  public void close() {
    plan.epilogue().close();
  }

  private record Bound<S extends Scratch>(Plan<S> plan, S scratch) implements BoundPrimitive {
    @Override
    public void beginShare() {
      scratch.begin();
    }

    @Override
    public void runAlone(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      scratch.epilogue().bind(operands);
      try {
        for (int part = 0; part < plan.partCount(); part++) {
          plan.runPart(part, scratch, src, dst);
        }
      } finally {
        scratch.epilogue().unbind();
      }
    }

    @Override
    public void runPart(int part, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      scratch.epilogue().bind(operands);
      try {
        plan.runPart(part, scratch, src, dst);
      } finally {
        scratch.epilogue().unbind();
      }
    }
  }
}
