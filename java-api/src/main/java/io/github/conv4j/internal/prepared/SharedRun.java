package io.github.conv4j.internal.prepared;

import io.github.conv4j.internal.parallel.Budget;
import io.github.conv4j.internal.parallel.PartedCall;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Program;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The steps of one run in which helpers take part. */
final class SharedRun extends PartedCall {
  private final Program program;
  private final ProgramMemory memory;

  /** The values of the run as helpers see them. */
  private final MemorySegment[] values;

  private final MemorySegment[][] operands;

  /** Whether values are in their places. */
  private boolean ready;

  private @Nullable PreparedProgram owner;
  private int step;

  SharedRun(Program program, ProgramMemory memory, Budget budget) {
    super(budget);
    this.program = program;
    this.memory = memory;
    this.values = new MemorySegment[memory.values().length];
    Arrays.fill(values, MemorySegment.NULL);
    this.operands = ProgramMemory.noOperands(program);
  }

  /**
   * Runs a step in parts.
   *
   * @return false if helpers cannot see the caller's memory: then nothing was done
   */
  boolean run(PreparedProgram of, int stepIndex) {
    if (!ready && !lend()) {
      return false;
    }
    owner = of;
    step = stepIndex;
    try {
      run(program.steps().get(stepIndex).primitive().partCount());
      return true;
    } finally {
      owner = null;
    }
  }

  private boolean lend() {
    MemorySegment[] own = memory.values();
    for (int i = 0; i < program.firstInner(); i++) {
      if (!AnotherThread.mayUse(own[i])) {
        return false;
      }
    }
    System.arraycopy(own, 0, values, 0, own.length);
    ProgramMemory.placeOperands(program, values, operands);
    ready = true;
    return true;
  }

  /** Forgets the caller's memory, which must not stay reachable from here. */
  void letGoOfCaller() {
    if (!ready) {
      return;
    }
    ready = false;
    Arrays.fill(values, 0, program.firstInner(), MemorySegment.NULL);
    for (MemorySegment[] places : operands) {
      for (int i = 0; i < places.length; i++) {
        places[i] = MemorySegment.NULL;
      }
    }
  }

  @Override
  protected int work(boolean caller) {
    PreparedProgram of = Objects.requireNonNull(owner);
    if (caller) {
      return runParts(true, memory, memory.values(), memory.operands(step));
    }
    Slots.Slot<ProgramMemory> slot;
    try {
      slot = of.slots().claimForHelper();
    } catch (Throwable noMemory) {
      // The others compute what this helper would have.
      helperGaveUp(noMemory);
      of.tellOfHelper(noMemory);
      return 0;
    }
    try {
      return runParts(false, slot.memory(), values, operands[step]);
    } finally {
      of.slots().release(slot);
    }
  }

  private int runParts(
      boolean caller, ProgramMemory own, MemorySegment[] seen, MemorySegment[] others) {
    BoundPrimitive primitive = own.bound(step);
    Program.Step running = program.steps().get(step);
    MemorySegment src = seen[running.src()];
    MemorySegment dst = seen[running.dst()];
    primitive.beginShare();
    int count = 0;
    for (int part = takePart(caller); part >= 0; part = takePart(caller)) {
      primitive.runPart(part, src, dst, others);
      count++;
    }
    return count;
  }
}
