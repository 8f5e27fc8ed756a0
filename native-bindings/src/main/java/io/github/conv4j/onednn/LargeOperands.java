package io.github.conv4j.onednn;

import io.github.conv4j.internal.prepared.ByteSized;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** Copies of the operands of post-ops that are as large as dst, laid out like it. */
final class LargeOperands implements AutoCloseable, ByteSized {
  private final Arena arena = Arena.ofShared();
  private final AtomicBoolean closed = new AtomicBoolean();
  private final List<MemorySegment> segments = new ArrayList<>();
  private final long byteSize;

  LargeOperands(TensorSpec dst, List<Tensor> operands) {
    TensorSpec floats = dst.withDataType(DataType.F32);
    try {
      for (Tensor operand : operands) {
        Tensor copy = Tensor.allocate(floats, arena);
        operand.reorderTo(copy);
        segments.add(copy.segment());
      }
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
    this.byteSize = operands.size() * floats.byteSize();
  }

  List<MemorySegment> segments() {
    return segments;
  }

  @Override
  public long byteSize() {
    return byteSize;
  }

  /** May be called again, as whoever owns this may be closed again. */
  @Override
  public void close() {
    if (closed.compareAndSet(false, true)) {
      arena.close();
    }
  }
}
