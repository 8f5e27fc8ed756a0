package io.github.conv4j.internal.prepared;

import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.internal.primitive.Program;
import io.github.conv4j.internal.primitive.ProgramBuilder;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A program with checks at its border, working memory for each concurrent caller, and one permit of
 * the thread budget for a whole run. Steps that come in parts are shared with the pool's helpers
 * where the budget spares them.
 */
public final class PreparedProgram extends CheckedConvolution<ProgramMemory> {
  private final Program program;
  private final Program.Step[] steps;

  /** The parts of each step. */
  private final int[] partCounts;

  private final long constantsByteSize;
  private final long heapConstantsByteSize;
  private final long arenaByteSize;
  private final long scratchpadByteSize;
  private final long boundHeapByteSize;

  /**
   * How many threads have, or lately had, memory for values between steps: callers, not helpers.
   */
  private final AtomicInteger callerCount;

  private final AtomicBoolean toldOfHelper = new AtomicBoolean();

  private PreparedProgram(
      TensorSpec src,
      TensorSpec dst,
      List<TensorSpec> operands,
      Explanation explanation,
      Ledger ledger,
      Slots<ProgramMemory> slots,
      AtomicInteger callerCount,
      Program program) {
    super(src, dst, operands, explanation, ledger, slots, new Constants(program));
    this.program = program;
    this.callerCount = callerCount;
    this.constantsByteSize = program.constantsByteSize();
    this.heapConstantsByteSize = program.heapConstantsByteSize();
    this.arenaByteSize = program.arenaByteSize();
    this.scratchpadByteSize = program.scratchpadByteSize();
    this.boundHeapByteSize = program.boundHeapByteSize();
    this.steps = program.steps().toArray(Program.Step[]::new);
    this.partCounts = new int[steps.length];
    for (int i = 0; i < steps.length; i++) {
      partCounts[i] = steps[i].primitive().partCount();
    }
  }

  /** What all calls share. */
  private record Constants(Program program) implements AutoCloseable, ByteSized {
    @Override
    public long byteSize() {
      return program.constantsByteSize();
    }

    @Override
    public void close() {
      program.close();
    }
  }

  /**
   * Prepares a program, whose ownership it takes.
   *
   * @param operands what post-ops are given at each run
   */
  public static PreparedProgram of(
      TensorSpec src,
      TensorSpec dst,
      List<TensorSpec> operands,
      Explanation explanation,
      Ledger ledger,
      Program program) {
    try {
      var budget = ledger.budget();
      var callerCount = new AtomicInteger();
      long arenaByteSize = program.arenaByteSize();
      var slots =
          Slots.growing(
              budget.threads(),
              () -> new ProgramMemory(program, budget, callerCount),
              () -> callerCount.get() * arenaByteSize);
      return of(src, dst, operands, explanation, ledger, slots, callerCount, program);
    } catch (Throwable e) {
      Quietly.close(program);
      throw e;
    }
  }

  private static PreparedProgram of(
      TensorSpec src,
      TensorSpec dst,
      List<TensorSpec> operands,
      Explanation explanation,
      Ledger ledger,
      Slots<ProgramMemory> slots,
      AtomicInteger callerCount,
      Program program) {
    try {
      // What can fail for want of memory fails in prepare.
      Slots.Slot<ProgramMemory> first = slots.claim();
      try {
        first.memory().allocateTemporaries();
      } finally {
        slots.release(first);
      }
      return new PreparedProgram(
          src, dst, operands, explanation, ledger, slots, callerCount, program);
    } catch (Throwable e) {
      slots.close("convolution");
      throw e;
    }
  }

  /** Prepares one primitive, whose ownership it takes. */
  public static PreparedProgram of(
      TensorSpec src,
      TensorSpec dst,
      List<TensorSpec> operands,
      Explanation explanation,
      Ledger ledger,
      Primitive primitive) {
    return of(src, dst, operands, explanation, ledger, Program.of(primitive, operands.size()));
  }

  /**
   * Another engine's prepared convolution under the name, and in the ledger, of an engine that
   * chose it. Takes ownership.
   */
  public static PreparedConvolution renamed(
      PreparedConvolution prepared, Explanation explanation, Ledger ledger) {
    if (!(prepared instanceof PreparedProgram inner) || inner.budget() != ledger.budget()) {
      return of(
          prepared.src(),
          prepared.dst(),
          prepared.operands(),
          explanation,
          ledger,
          new ForeignPrimitive(prepared));
    }
    inner.surrender();
    try {
      return of(
          inner.src(),
          inner.dst(),
          inner.operands(),
          explanation,
          ledger,
          inner.slots(),
          inner.callerCount,
          inner.program);
    } catch (Throwable e) {
      Quietly.close(inner.program);
      throw e;
    }
  }

  /**
   * Returns what does the same as what was prepared, and then one step more, which is given src,
   * dst and operands and writes none of them. Takes ownership of both.
   */
  public static PreparedConvolution watched(
      PreparedConvolution prepared, Explanation explanation, Ledger ledger, Primitive watcher) {
    int[] operands = new int[prepared.operands().size()];
    for (int i = 0; i < operands.length; i++) {
      operands[i] = Program.FIRST_OPERAND + i;
    }
    TensorSpec src = prepared.src();
    TensorSpec dst = prepared.dst();
    List<TensorSpec> specs = prepared.operands();
    try (var program = new ProgramBuilder(operands.length)) {
      try {
        inline(prepared, ledger, program, Program.SRC, Program.DST, operands);
      } catch (Throwable e) {
        Quietly.close(watcher);
        throw e;
      }
      program.step(watcher, Program.SRC, Program.DST, operands);
      return of(src, dst, specs, explanation, ledger, program.build());
    }
  }

  /**
   * Adds what was prepared to a program between two of its values; takes ownership: closing what
   * was prepared does nothing any more, and it cannot be executed.
   *
   * @param ledger of the program's engine
   * @param operands what its post-ops are given
   */
  public static void inline(
      PreparedConvolution prepared,
      Ledger ledger,
      ProgramBuilder builder,
      int src,
      int dst,
      int... operands) {
    if (prepared instanceof PreparedProgram inner && inner.budget() == ledger.budget()) {
      inner.surrender();
      inner.slots().close(inner.explain().problem());
      builder.program(inner.program, src, dst, operands);
    } else {
      builder.step(new ForeignPrimitive(prepared), src, dst, operands);
    }
  }

  /** Returns what this holds now; nothing once it is closed. */
  public ProgramBytes memory() {
    if (isClosed()) {
      return ProgramBytes.NONE;
    }
    int threads = slots().count();
    return new ProgramBytes(
        constantsByteSize,
        heapConstantsByteSize,
        callerCount.get() * arenaByteSize,
        threads * scratchpadByteSize,
        threads * boundHeapByteSize);
  }

  /** Returns the sum of what {@link #memory} tells, without garbage. */
  public long byteSize() {
    return isClosed()
        ? 0
        : constantsByteSize
            + heapConstantsByteSize
            + callerCount.get() * arenaByteSize
            + slots().count() * (scratchpadByteSize + boundHeapByteSize);
  }

  /** Says once that helpers find no memory, which makes calls slow and not wrong. */
  void tellOfHelper(Throwable failure) {
    if (toldOfHelper.compareAndSet(false, true)) {
      Quietly.warn(
          "a helper of " + this + " has no working memory; calls go on without it", failure);
    }
  }

  @Override
  @Nullable Tensor elsewhere(Tensor tensor) {
    MemorySegment segment = tensor.segment();
    if (AnotherThread.mayUse(segment)) {
      return tensor;
    }
    MemorySegment view = AnotherThread.orThisMayUse(segment) ? program.unconfined(segment) : null;
    return view == null ? null : Tensor.wrap(tensor.spec(), view);
  }

  /** Returns how many steps a run has. */
  public int stepCount() {
    return steps.length;
  }

  /**
   * Runs as {@link #execute} does, and tells of each step. Slower for what the observer does only;
   * other runs do not know of it.
   */
  public void observe(Tensor src, Tensor dst, Tensor[] operands, StepObserver observer) {
    inside(src, dst, operands, memory -> observe(memory, src, dst, operands, observer));
  }

  private void observe(
      ProgramMemory memory, Tensor src, Tensor dst, Tensor[] operands, StepObserver observer) {
    try {
      place(memory, src, dst, operands);
      for (int i = 0; i < steps.length; i++) {
        do {
          run(memory, memory.values(), i);
        } while (observer.isRepeated(i));
        observer.stepDone(i, memory.values());
      }
    } finally {
      memory.letGoOfCaller();
    }
  }

  @Override
  void run(ProgramMemory memory, Tensor src, Tensor dst, Tensor[] operands) {
    MemorySegment[] values = memory.values();
    try {
      place(memory, src, dst, operands);
      for (int i = 0; i < steps.length; i++) {
        run(memory, values, i);
      }
    } finally {
      memory.letGoOfCaller();
    }
  }

  private static void place(ProgramMemory memory, Tensor src, Tensor dst, Tensor[] operands) {
    memory.allocateTemporaries();
    memory.place(Program.SRC, src.segment());
    memory.place(Program.DST, dst.segment());
    for (int i = 0; i < operands.length; i++) {
      memory.place(Program.FIRST_OPERAND + i, operands[i].segment());
    }
    memory.placeOperands();
  }

  private void run(ProgramMemory memory, MemorySegment[] values, int step) {
    if (partCounts[step] > 1 && budget().spare() > 0 && memory.shared().run(this, step)) {
      return;
    }
    BoundPrimitive primitive = memory.bound(step);
    primitive.beginShare();
    primitive.runAlone(values[steps[step].src()], values[steps[step].dst()], memory.operands(step));
  }
}
