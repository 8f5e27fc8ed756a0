package io.github.conv4j.internal.prepared;

import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.parallel.Budget;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Another engine's prepared convolution under the name, and in the ledger, of an engine that chose
 * it. Checks and slots are the other's, so that a call costs one method more.
 */
public final class DelegatingConvolution implements BudgetedConvolution {
  /** What a call claims here: slots are the other's. */
  private static final class Nothing implements AutoCloseable {
    @Override
    public void close() {}
  }

  private final PreparedConvolution inner;
  private final Explanation explanation;
  private final Ledger ledger;
  private final Holdings<Nothing> holdings;
  private final Cleaner.Cleanable cleanable;

  /** Unreachable exactly when this is; what the cleaner watches. */
  private final Object anchor = new Object();

  /** Takes ownership of {@code inner}. */
  public DelegatingConvolution(PreparedConvolution inner, Explanation explanation, Ledger ledger) {
    this.inner = inner;
    this.explanation = explanation;
    this.ledger = ledger;
    this.holdings = new Holdings<>(explanation.problem(), new Slots<>(1, Nothing::new), inner);
    this.cleanable = ledger.register(anchor, holdings);
  }

  @Override
  public TensorSpec src() {
    return inner.src();
  }

  @Override
  public TensorSpec dst() {
    return inner.dst();
  }

  @Override
  public List<TensorSpec> operands() {
    return inner.operands();
  }

  @Override
  public Explanation explain() {
    return explanation;
  }

  @Override
  public Budget budget() {
    return ledger.budget();
  }

  @Override
  public int slotCount() {
    return inner instanceof BudgetedConvolution budgeted ? budgeted.slotCount() : 0;
  }

  @Override
  public void executeInside(Tensor src, Tensor dst, Tensor[] operands) {
    if (inner instanceof BudgetedConvolution budgeted && budgeted.budget() == budget()) {
      try {
        budgeted.executeInside(src, dst, operands);
      } finally {
        Reference.reachabilityFence(anchor);
      }
    } else {
      execute(src, dst, operands, null);
    }
  }

  @Override
  public void execute(Tensor src, Tensor dst, Tensor[] operands, @Nullable Duration longestWait) {
    try {
      if (inner instanceof BudgetedConvolution budgeted) {
        budgeted.execute(src, dst, operands, longestWait);
      } else if (operands.length > 0) {
        throw new IllegalArgumentException(this + " takes no operands at each run");
      } else if (longestWait == null) {
        inner.execute(src, dst);
      } else {
        inner.execute(src, dst, longestWait);
      }
    } finally {
      Reference.reachabilityFence(anchor);
    }
  }

  @Override
  public void execute(Tensor src, Tensor dst) {
    try {
      inner.execute(src, dst);
    } finally {
      Reference.reachabilityFence(anchor);
    }
  }

  @Override
  public void execute(Tensor src, Tensor dst, Duration longestWait) {
    try {
      inner.execute(src, dst, longestWait);
    } finally {
      Reference.reachabilityFence(anchor);
    }
  }

  @Override
  public void close() {
    ledger.strike(holdings);
    cleanable.clean();
  }

  @Override
  public String toString() {
    return explanation.engine() + " " + explanation.problem();
  }
}
