package io.github.conv4j.internal.prepared;

import io.github.conv4j.internal.events.Events;
import io.github.conv4j.internal.parallel.Budget;
import io.github.conv4j.internal.parallel.QueuedCall;
import io.github.conv4j.tensor.Tensor;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call that waits for a permit, which another thread may make meanwhile. */
final class MovedCall implements Runnable {
  /** The next that nobody uses, in {@link MovedCalls}. */
  @Nullable MovedCall next;

  private final QueuedCall queued;
  private @Nullable CheckedConvolution<?> convolution;
  private @Nullable Tensor src;
  private @Nullable Tensor dst;
  private Tensor[] operands = BudgetedConvolution.NO_OPERANDS;
  private Events.@Nullable Execution event;

  MovedCall(Budget budget) {
    queued = new QueuedCall(budget, this);
  }

  QueuedCall queued() {
    return queued;
  }

  /** Says what the call is; before it waits. */
  void set(
      CheckedConvolution<?> convolution,
      Tensor src,
      Tensor dst,
      Tensor[] operands,
      Events.@Nullable Execution event) {
    this.convolution = convolution;
    this.src = src;
    this.dst = dst;
    this.operands = operands;
    this.event = event;
  }

  /** Keeps nothing alive any more; when the call no longer waits. */
  void clear() {
    convolution = null;
    src = null;
    dst = null;
    operands = BudgetedConvolution.NO_OPERANDS;
    event = null;
  }

  @Override
  public void run() {
    Objects.requireNonNull(convolution)
        .runChecked(Objects.requireNonNull(src), Objects.requireNonNull(dst), operands, event);
  }
}
