package io.github.conv4j.internal.compose;

import io.github.conv4j.internal.prepared.ByteSized;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/** The results of a sequence while it runs, for one concurrent caller, in one arena. */
final class SequenceMemory implements AutoCloseable, ByteSized {
  private final Arena arena = Arena.ofShared();
  private final long byteSize;

  /** The source first, what the last step gives last: both are the caller's. */
  private final Tensor[] results;

  private final Tensor[][] operands;

  /**
   * Allocates what lies between source and result.
   *
   * @param specs of all results
   * @param plan where those between the first and the last lie
   * @param operandCounts how many operands each step takes
   */
  SequenceMemory(List<TensorSpec> specs, BufferPlan plan, int[] operandCounts) {
    byteSize = plan.byteSize();
    results = new Tensor[specs.size()];
    operands = new Tensor[operandCounts.length][];
    for (int i = 0; i < operandCounts.length; i++) {
      operands[i] = new Tensor[operandCounts[i]];
    }
    try {
      MemorySegment all = arena.allocate(Math.max(1, plan.byteSize()), BufferPlan.ALIGNMENT_BYTES);
      for (int i = 1; i < specs.size() - 1; i++) {
        TensorSpec spec = specs.get(i);
        results[i] = Tensor.wrap(spec, all.asSlice(plan.offset(i - 1), spec.byteSize()));
      }
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  /** Returns the results, the caller's two to be put in their places. */
  Tensor[] results() {
    return results;
  }

  /** Returns an array for the operands of a step. */
  Tensor[] operands(int step) {
    return operands[step];
  }

  /** Forgets the caller's tensors, which must not stay reachable from here. */
  @SuppressWarnings("NullAway") // filled again before the next call
  void letGoOfCaller() {
    results[0] = null;
    results[results.length - 1] = null;
    for (Tensor[] each : operands) {
      Arrays.fill(each, null);
    }
  }

  @Override
  public long byteSize() {
    return byteSize;
  }

  @Override
  public void close() {
    arena.close();
  }
}
