package io.github.conv4j.internal.prepared;

import io.github.conv4j.engine.Explanation;
import io.github.conv4j.internal.parallel.Budget;
import io.github.conv4j.internal.parallel.PartedCall;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A prepared convolution whose work comes in parts, which the pool's helpers share with the caller
 * where the engine's budget spares them. Where the outputs of two parts overlap, both write the
 * same bits.
 *
 * @param <S> the working memory of one thread
 */
public abstract class PartedConvolution<S extends AutoCloseable>
    extends CheckedConvolution<PartedConvolution.Workspace<S>> {
  private final int partCount;
  private final AtomicBoolean toldOfHelper = new AtomicBoolean();

  /** Takes ownership of {@code packed}; post-ops are given nothing at each run. */
  protected PartedConvolution(
      TensorSpec src,
      TensorSpec dst,
      Explanation explanation,
      Ledger ledger,
      int partCount,
      Supplier<S> scratchFactory,
      AutoCloseable packed) {
    this(src, dst, List.of(), explanation, ledger, partCount, scratchFactory, packed);
  }

  /**
   * Takes ownership of {@code packed}.
   *
   * @param operands what post-ops are given at each run
   * @param partCount into how many parts a call is split where helpers are free
   * @param scratchFactory makes the working memory of one thread; must not refer to this object
   * @param packed what all calls share; closed after the slots
   */
  protected PartedConvolution(
      TensorSpec src,
      TensorSpec dst,
      List<TensorSpec> operands,
      Explanation explanation,
      Ledger ledger,
      int partCount,
      Supplier<S> scratchFactory,
      AutoCloseable packed) {
    super(
        src,
        dst,
        operands,
        explanation,
        ledger,
        slotFactory(scratchFactory, ledger.budget(), operands.size()),
        packed);
    this.partCount = partCount;
  }

  private static <S extends AutoCloseable> Supplier<Workspace<S>> slotFactory(
      Supplier<S> scratchFactory, Budget budget, int operandCount) {
    return () -> new Workspace<>(scratchFactory.get(), budget, operandCount);
  }

  /** The working memory of one thread, and of the call that it makes or helps in. */
  public static final class Workspace<S extends AutoCloseable> implements AutoCloseable, ByteSized {
    private final S scratch;
    private final SharedCall<S> call;

    private Workspace(S scratch, Budget budget, int operandCount) {
      this.scratch = scratch;
      this.call = new SharedCall<>(scratch, budget, operandCount);
    }

    @Override
    public long byteSize() {
      return ByteSized.of(scratch);
    }

    @Override
    public void close() {
      Quietly.close(scratch);
    }
  }

  /** Begins a thread's share of one call: parts of the same call follow. */
  protected void beginShare(S scratch) {}

  /** Computes all of dst on the calling thread. */
  protected abstract void runAlone(S scratch, MemorySegment src, MemorySegment dst);

  /** Computes one part of dst; other parts run on other threads at the same time. */
  protected abstract void runPart(int part, S scratch, MemorySegment src, MemorySegment dst);

  /** Like {@link #runAlone}; overridden where post-ops are given operands at each run. */
  protected void runAlone(
      S scratch, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    runAlone(scratch, src, dst);
  }

  /** Like {@link #runPart}; overridden where post-ops are given operands at each run. */
  protected void runPart(
      int part, S scratch, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    runPart(part, scratch, src, dst);
  }

  /**
   * Returns another segment over the bytes of one that is confined to the calling thread, for
   * helpers of one call, or null if this engine cannot make one.
   */
  protected abstract @Nullable MemorySegment unconfined(MemorySegment segment);

  /** Says once that helpers find no memory, which makes calls slow and not wrong. */
  private void tellOfHelper(Throwable failure) {
    if (toldOfHelper.compareAndSet(false, true)) {
      Quietly.warn(
          "a helper of " + this + " has no working memory; calls go on without it", failure);
    }
  }

  @Override
  protected final @Nullable Tensor elsewhere(Tensor tensor) {
    MemorySegment segment = tensor.segment();
    if (AnotherThread.mayUse(segment)) {
      return tensor;
    }
    MemorySegment view = AnotherThread.mayBeLentTo(segment) ? unconfined(segment) : null;
    return view == null ? null : Tensor.wrap(tensor.spec(), view);
  }

  @Override
  protected final void run(Workspace<S> workspace, Tensor src, Tensor dst) {
    run(workspace, src, dst, NO_OPERANDS);
  }

  @Override
  protected final void run(Workspace<S> workspace, Tensor src, Tensor dst, Tensor[] operands) {
    SharedCall<S> call = workspace.call;
    for (int i = 0; i < operands.length; i++) {
      call.operands[i] = operands[i].segment();
    }
    try {
      if (partCount > 1 && budget().spare() > 0) {
        call.run(this, src.segment(), dst.segment());
      } else {
        runAlone(workspace.scratch, src.segment(), dst.segment(), call.operands);
      }
    } finally {
      for (int i = 0; i < operands.length; i++) {
        call.operands[i] = MemorySegment.NULL;
      }
    }
  }

  /** One call that helpers take part in. */
  private static final class SharedCall<S extends AutoCloseable> extends PartedCall {
    private final S scratch;
    private final SharedView srcView = new SharedView();
    private final SharedView dstView = new SharedView();
    private @Nullable PartedConvolution<S> convolution;
    private MemorySegment src = MemorySegment.NULL;
    private MemorySegment dst = MemorySegment.NULL;
    private MemorySegment helperSrc = MemorySegment.NULL;
    private MemorySegment helperDst = MemorySegment.NULL;
    private final SharedView[] operandViews;
    private final MemorySegment[] operands;
    private final MemorySegment[] helperOperands;

    SharedCall(S scratch, Budget budget, int operandCount) {
      super(budget);
      this.scratch = scratch;
      this.operandViews = new SharedView[operandCount];
      Arrays.setAll(operandViews, _ -> new SharedView());
      this.operands = new MemorySegment[operandCount];
      this.helperOperands = new MemorySegment[operandCount];
      Arrays.fill(operands, MemorySegment.NULL);
      Arrays.fill(helperOperands, MemorySegment.NULL);
    }

    /** The operands are in place. */
    void run(PartedConvolution<S> owner, MemorySegment from, MemorySegment to) {
      MemorySegment sharedFrom = srcView.of(from, owner);
      MemorySegment sharedTo = dstView.of(to, owner);
      if (sharedFrom == null || sharedTo == null || !sharesOperands(owner)) {
        forgetHelperOperands();
        owner.runAlone(scratch, from, to, operands);
        return;
      }
      convolution = owner;
      src = from;
      dst = to;
      helperSrc = sharedFrom;
      helperDst = sharedTo;
      try {
        run(owner.partCount);
      } finally {
        // The caller's tensors, and the convolution itself, must not stay reachable from here.
        convolution = null;
        src = MemorySegment.NULL;
        dst = MemorySegment.NULL;
        helperSrc = MemorySegment.NULL;
        helperDst = MemorySegment.NULL;
        forgetHelperOperands();
      }
    }

    private void forgetHelperOperands() {
      for (int i = 0; i < helperOperands.length; i++) {
        helperOperands[i] = MemorySegment.NULL;
      }
    }

    private boolean sharesOperands(PartedConvolution<S> owner) {
      for (int i = 0; i < operands.length; i++) {
        MemorySegment shared = operandViews[i].of(operands[i], owner);
        if (shared == null) {
          return false;
        }
        helperOperands[i] = shared;
      }
      return true;
    }

    @Override
    protected int work(boolean caller) {
      PartedConvolution<S> owner = Objects.requireNonNull(convolution);
      if (caller) {
        return runParts(owner, true, scratch, src, dst, operands);
      }
      Slots.Slot<Workspace<S>> slot;
      try {
        slot = owner.slots().claimForHelper();
      } catch (Throwable noMemory) {
        // The others compute what this helper would have.
        helperGaveUp(noMemory);
        owner.tellOfHelper(noMemory);
        return 0;
      }
      try {
        return runParts(owner, false, slot.memory().scratch, helperSrc, helperDst, helperOperands);
      } finally {
        owner.slots().release(slot);
      }
    }

    private int runParts(
        PartedConvolution<S> owner,
        boolean caller,
        S memory,
        MemorySegment from,
        MemorySegment to,
        MemorySegment[] others) {
      owner.beginShare(memory);
      int count = 0;
      for (int part = takePart(caller); part >= 0; part = takePart(caller)) {
        owner.runPart(part, memory, from, to, others);
        count++;
      }
      return count;
    }
  }

  /**
   * The views of callers' segments that helpers use. As many are kept as threads usually take turns
   * in a slot, each with its own tensors, so that only who brings more segments makes views anew.
   */
  private static final class SharedView {
    private static final int MOST = 4;

    private final @Nullable MemorySegment[] views = new MemorySegment[MOST];

    /** The one that goes next. */
    private int oldest;

    @Nullable MemorySegment of(MemorySegment segment, PartedConvolution<?> owner) {
      if (AnotherThread.mayUse(segment)) {
        return segment;
      }
      if (!AnotherThread.mayBeLentTo(segment)) {
        return null;
      }
      for (MemorySegment view : views) {
        if (view != null
            && view.address() == segment.address()
            && view.byteSize() == segment.byteSize()) {
          return view;
        }
      }
      MemorySegment view = owner.unconfined(segment);
      views[oldest] = view;
      oldest = (oldest + 1) % MOST;
      return view;
    }
  }
}
