package io.github.conv4j.internal.prepared;

import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * A prepared convolution whose {@link #execute} checks its tensors and claims a slot; engines add
 * {@link #run}.
 *
 * @param <S> the working memory of one call
 */
public abstract class CheckedConvolution<S extends AutoCloseable> implements PreparedConvolution {
  private final TensorSpec srcSpec;
  private final TensorSpec dstSpec;
  private final Explanation explanation;
  private final Ledger ledger;
  private final Holdings<S> holdings;
  private final Slots<S> slots;
  private final Cleaner.Cleanable cleanable;

  /** Unreachable exactly when this is; what the cleaner watches. */
  private final Object anchor = new Object();

  /**
   * Takes ownership of {@code packed}.
   *
   * @param threads how many calls may run at once
   * @param slotFactory makes the working memory of one call; must not refer to this object
   * @param packed what all calls share; closed after the slots
   */
  protected CheckedConvolution(
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      Explanation explanation,
      Ledger ledger,
      int threads,
      Supplier<S> slotFactory,
      AutoCloseable packed) {
    this.srcSpec = srcSpec;
    this.dstSpec = dstSpec;
    this.explanation = explanation;
    this.ledger = ledger;
    this.slots = new Slots<>(threads, slotFactory);
    this.holdings = new Holdings<>(explanation.problem(), slots, packed);
    this.cleanable = ledger.register(anchor, holdings);
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
  public final Explanation explain() {
    return explanation;
  }

  @Override
  public final void execute(Tensor src, Tensor dst) {
    if (!src.spec().equals(srcSpec) || !dst.spec().equals(dstSpec)) {
      throw wrongSpec(src, dst);
    }
    if (dst.isReadOnly()) {
      throw new IllegalArgumentException("dst %s is read-only".formatted(dst));
    }
    if (src.overlaps(dst)) {
      throw new IllegalArgumentException("src %s and dst %s overlap in memory".formatted(src, dst));
    }
    S slot = slots.claim();
    try {
      run(slot, src, dst);
    } finally {
      slots.release(slot);
      // A tensor over a direct buffer is all that keeps the buffer's bytes.
      Reference.reachabilityFence(src);
      Reference.reachabilityFence(dst);
      Reference.reachabilityFence(anchor);
    }
  }

  /** Computes {@code dst}; both tensors fit their specs, {@code dst} is writable, none overlap. */
  protected abstract void run(S slot, Tensor src, Tensor dst);

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
