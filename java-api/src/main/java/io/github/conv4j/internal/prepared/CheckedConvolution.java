package io.github.conv4j.internal.prepared;

import io.github.conv4j.CallInterruptedException;
import io.github.conv4j.DeadlineExceededException;
import io.github.conv4j.QueueFullException;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.internal.events.Events;
import io.github.conv4j.internal.parallel.Admission;
import io.github.conv4j.internal.parallel.Budget;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A prepared convolution whose {@link #execute} checks its tensors and claims a slot; engines add
 * {@link #run}.
 *
 * @param <S> the working memory of one call
 */
abstract class CheckedConvolution<S extends AutoCloseable> implements BudgetedConvolution {
  private final TensorSpec srcSpec;
  private final TensorSpec dstSpec;
  private final List<TensorSpec> operandSpecs;
  private final Explanation explanation;
  private final Ledger ledger;
  private final Budget budget;
  private final Holdings<S> holdings;
  private final Slots<S> slots;
  private final Cleaner.Cleanable cleanable;

  /** Unreachable exactly when this is; what the cleaner watches. */
  private final Object anchor = new Object();

  /** Counts calls while they are recorded; which of them are, may be a little off. */
  private int calls;

  /**
   * Takes ownership of {@code slots} and {@code packed}.
   *
   * @param operandSpecs what post-ops are given at each run
   * @param slots the working memory of each thread
   * @param packed what all calls share; closed after the slots
   */
  CheckedConvolution(
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      List<TensorSpec> operandSpecs,
      Explanation explanation,
      Ledger ledger,
      Slots<S> slots,
      AutoCloseable packed) {
    this.srcSpec = srcSpec;
    this.dstSpec = dstSpec;
    this.operandSpecs = List.copyOf(operandSpecs);
    this.explanation = explanation;
    this.ledger = ledger;
    this.budget = ledger.budget();
    this.slots = slots;
    try {
      this.holdings = new Holdings<>(explanation.problem(), slots, packed);
      this.cleanable = ledger.register(anchor, holdings);
    } catch (Throwable e) {
      // Whoever made what was packed closes that.
      slots.close("convolution");
      throw e;
    }
  }

  @Override
  public final TensorSpec src() {
    return srcSpec;
  }

  @Override
  public final TensorSpec dst() {
    return dstSpec;
  }

  @Override
  public final List<TensorSpec> operands() {
    return operandSpecs;
  }

  @Override
  public final Explanation explain() {
    return explanation;
  }

  @Override
  public final Budget budget() {
    return budget;
  }

  @Override
  public final void execute(Tensor src, Tensor dst) {
    execute(src, dst, NO_OPERANDS, null);
  }

  @Override
  public final void execute(Tensor src, Tensor dst, Duration longestWait) {
    Objects.requireNonNull(longestWait, "longestWait");
    execute(src, dst, NO_OPERANDS, longestWait);
  }

  @Override
  public final void execute(
      Tensor src, Tensor dst, Tensor[] operands, @Nullable Duration longestWait) {
    check(src, dst, operands);
    Events.Execution event = Events.recordsCalls() ? Events.call(calls++) : null;
    if (event == null) {
      execute(src, dst, operands, longestWait, null);
    } else {
      executeRecorded(src, dst, operands, longestWait, event);
    }
  }

  private void executeRecorded(
      Tensor src,
      Tensor dst,
      Tensor[] operands,
      @Nullable Duration longestWait,
      Events.Execution event) {
    Throwable failure = null;
    try {
      execute(src, dst, operands, longestWait, event);
    } catch (Throwable e) {
      failure = e;
      throw e;
    } finally {
      event.finish(engine(), problem(), failure);
    }
  }

  private void execute(
      Tensor src,
      Tensor dst,
      Tensor[] operands,
      @Nullable Duration longestWait,
      Events.@Nullable Execution event) {
    if (!budget.tryAcquire() && waitsAndIsDone(src, dst, operands, longestWait, event)) {
      return;
    }
    try {
      runChecked(src, dst, operands, event);
    } finally {
      budget.release();
    }
  }

  /** Returns false where the calling thread got a permit, to make the call itself. */
  private boolean waitsAndIsDone(
      Tensor src,
      Tensor dst,
      Tensor[] operands,
      @Nullable Duration longestWait,
      Events.@Nullable Execution event) {
    Tensor srcElsewhere = elsewhere(src);
    Tensor dstElsewhere = elsewhere(dst);
    Tensor[] operandsElsewhere = elsewhere(operands);
    MovedCall moved = ledger.movedCalls().take(budget);
    Admission admission;
    try {
      boolean mayMove = false;
      if (srcElsewhere != null && dstElsewhere != null && operandsElsewhere != null) {
        moved.set(this, srcElsewhere, dstElsewhere, operandsElsewhere, event);
        mayMove = true;
      }
      admission = budget.await(moved.queued(), mayMove, longestWait);
    } finally {
      moved.clear();
      ledger.movedCalls().give(moved);
    }
    return switch (admission) {
      case PERMIT -> false;
      case DONE -> true;
      case QUEUE_FULL -> throw new QueueFullException(engine(), problem(), budget.queueLimit());
      case DEADLINE_PASSED ->
          throw new DeadlineExceededException(
              engine(), problem(), Objects.requireNonNull(longestWait));
      case INTERRUPTED -> throw new CallInterruptedException(engine(), problem());
    };
  }

  /** Returns the operands themselves where another thread may use all of them as they are. */
  @SuppressWarnings("ReferenceEquality") // this very tensor
  private Tensor @Nullable [] elsewhere(Tensor[] operands) {
    Tensor[] others = operands;
    for (int i = 0; i < operands.length; i++) {
      Tensor other = elsewhere(operands[i]);
      if (other == null) {
        return null;
      }
      if (other != operands[i]) {
        others = others == operands ? operands.clone() : others;
        others[i] = other;
      }
    }
    return others;
  }

  private String engine() {
    return explanation.engine();
  }

  private String problem() {
    return explanation.problem();
  }

  /** Returns the tensor as another thread may use it during this call, or null. */
  @Nullable Tensor elsewhere(Tensor tensor) {
    return AnotherThread.mayUse(tensor.segment()) ? tensor : null;
  }

  @Override
  public final void executeInside(Tensor src, Tensor dst, Tensor[] operands) {
    runChecked(src, dst, operands, null);
  }

  private void check(Tensor src, Tensor dst, Tensor[] operands) {
    if (!src.spec().equals(srcSpec) || !dst.spec().equals(dstSpec)) {
      throw wrongSpec(src, dst);
    }
    if (dst.isReadOnly()) {
      throw new IllegalArgumentException("dst %s is read-only".formatted(dst));
    }
    if (src.overlaps(dst)) {
      throw new IllegalArgumentException("src %s and dst %s overlap in memory".formatted(src, dst));
    }
    if (operands.length != operandSpecs.size()) {
      throw missing();
    }
    for (int i = 0; i < operands.length; i++) {
      check(i, operands[i], dst);
    }
  }

  private IllegalArgumentException missing() {
    return new IllegalArgumentException(
        "post-ops of %s take operands at each run: bind %s by call()"
            .formatted(this, operandSpecs));
  }

  /** Also its arena: some engines meet operands only when a part of dst is written. */
  private void check(int index, Tensor operand, Tensor dst) {
    if (!operand.spec().equals(operandSpecs.get(index))) {
      throw new IllegalArgumentException(
          "operand %d was prepared as %s but got %s"
              .formatted(index, operandSpecs.get(index), operand.spec()));
    }
    if (operand.overlaps(dst)) {
      throw new IllegalArgumentException(
          "operand %d %s and dst %s overlap in memory".formatted(index, operand, dst));
    }
    if (!operand.segment().scope().isAlive()) {
      throw new IllegalStateException(
          "the arena of operand %d %s is closed".formatted(index, operand));
    }
    if (!AnotherThread.orThisMayUse(operand.segment())) {
      throw new WrongThreadException(
          "the arena of operand %d %s is confined to another thread".formatted(index, operand));
    }
  }

  /** Makes a call whose tensors are checked, and for which the calling thread has a permit. */
  final void runChecked(
      Tensor src, Tensor dst, Tensor[] operands, Events.@Nullable Execution event) {
    if (event != null) {
      event.computing();
    }
    Slots.Slot<S> slot = slots.claim();
    try {
      run(slot.memory(), src, dst, operands);
    } finally {
      slots.release(slot);
      // A tensor over a direct buffer is all that keeps the buffer's bytes.
      Reference.reachabilityFence(src);
      Reference.reachabilityFence(dst);
      Reference.reachabilityFence(operands);
      Reference.reachabilityFence(anchor);
    }
  }

  /**
   * Checks tensors, takes a permit and a slot, and lets something else than {@link #run} use them.
   */
  final void inside(Tensor src, Tensor dst, Tensor[] operands, Consumer<S> body) {
    check(src, dst, operands);
    acquirePermit();
    try {
      Slots.Slot<S> slot = slots.claim();
      try {
        body.accept(slot.memory());
      } finally {
        slots.release(slot);
        Reference.reachabilityFence(src);
        Reference.reachabilityFence(dst);
        Reference.reachabilityFence(operands);
        Reference.reachabilityFence(anchor);
      }
    } finally {
      budget.release();
    }
  }

  /** Whether what this owned is freed, or somebody else's. */
  final boolean isClosed() {
    return holdings.isClosed();
  }

  @Override
  public final int slotCount() {
    return slots.count();
  }

  /**
   * Gives slots and what was packed to whoever calls: closing this does nothing any more.
   *
   * @throws IllegalStateException if this is closed
   */
  final void surrender() {
    ledger.surrender(holdings);
    cleanable.clean();
  }

  /** The slots, for helpers in a call of this convolution. */
  final Slots<S> slots() {
    return slots;
  }

  /**
   * Computes {@code dst}; all tensors fit their specs, {@code dst} is writable and overlaps no
   * other.
   */
  abstract void run(S slot, Tensor src, Tensor dst, Tensor[] operands);

  @Override
  public final void close() {
    ledger.strike(holdings);
    cleanable.clean();
  }

  private IllegalArgumentException wrongSpec(Tensor src, Tensor dst) {
    Objects.requireNonNull(src, "src");
    Objects.requireNonNull(dst, "dst");
    boolean srcFits = src.spec().equals(srcSpec);
    return new IllegalArgumentException(
        "%s was prepared as %s but got %s"
            .formatted(
                srcFits ? "dst" : "src",
                srcFits ? dstSpec : srcSpec,
                srcFits ? dst.spec() : src.spec()));
  }

  @Override
  public final String toString() {
    return explanation.engine() + " " + explanation.problem();
  }
}
