package io.github.conv4j.internal.prepared;

import io.github.conv4j.CallInterruptedException;
import io.github.conv4j.CallRefusedException;
import io.github.conv4j.QueueFullException;
import io.github.conv4j.engine.ConvolutionCall;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.parallel.Admission;
import io.github.conv4j.internal.parallel.Budget;
import io.github.conv4j.tensor.Tensor;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A prepared convolution whose calls take permits of an engine's thread budget. */
public interface BudgetedConvolution extends PreparedConvolution {
  /** What most calls have. */
  Tensor[] NO_OPERANDS = {};

  /** Returns the budget. */
  Budget budget();

  /**
   * Returns how many working memories there are: as many as callers and helpers were inside at once
   * of late.
   */
  int slotCount();

  /**
   * Takes a permit of the budget for the calling thread, in its turn, for {@link #executeInside};
   * whoever called gives it back with {@link Budget#release}.
   *
   * @throws CallRefusedException if the queue is full or the thread is interrupted
   */
  default void acquirePermit() {
    Budget budget = budget();
    if (budget.tryAcquire()) {
      return;
    }
    Admission admission = budget.await(null, null);
    switch (admission) {
      case PERMIT -> {}
      case QUEUE_FULL ->
          throw new QueueFullException(
              explain().engine(), explain().problem(), budget.queueLimit());
      case INTERRUPTED ->
          throw new CallInterruptedException(explain().engine(), explain().problem());
      case DONE, DEADLINE_PASSED -> throw new AssertionError(admission);
    }
  }

  /**
   * Like {@link #execute}, for a caller that already holds a permit of the budget and has checked
   * its tensors. Only their bytes count: they may be described in another way than here.
   */
  default void executeInside(Tensor src, Tensor dst) {
    executeInside(src, dst, NO_OPERANDS);
  }

  /** Like {@link #executeInside(Tensor, Tensor)}, with what post-ops are given at each run. */
  void executeInside(Tensor src, Tensor dst, Tensor[] operands);

  /**
   * Like {@link #execute}, with what post-ops are given at each run.
   *
   * @param longestWait null to wait as long as it takes
   */
  void execute(Tensor src, Tensor dst, Tensor[] operands, @Nullable Duration longestWait);

  @Override
  default ConvolutionCall call() {
    return new BoundCall(this);
  }
}
