package io.github.conv4j.internal.prepared;

import io.github.conv4j.internal.parallel.Budget;
import io.github.conv4j.internal.parallel.PartedCall;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Program;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The steps of one run in which helpers take part. */
final class SharedRun extends PartedCall {
  private final Program program;
  private final ProgramMemory memory;

  private @Nullable PreparedProgram owner;
  private int step;

  SharedRun(Program program, ProgramMemory memory, Budget budget) {
    super(budget);
    this.program = program;
    this.memory = memory;
  }

  /**
   * Runs a step in parts.
   *
   * @return false if helpers cannot see the caller's memory: then nothing was done
   */
  boolean run(PreparedProgram of, int stepIndex) {
    if (!mayBeSeen()) {
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

  /** Whether every thread may use what the caller brought. */
  private boolean mayBeSeen() {
    MemorySegment[] values = memory.values();
    for (int i = 0; i < program.firstInner(); i++) {
      if (!AnotherThread.mayUse(values[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  protected int work(boolean caller) {
    PreparedProgram of = Objects.requireNonNull(owner);
    if (caller) {
      return runParts(true, memory);
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
      return runParts(false, slot.memory());
    } finally {
      of.slots().release(slot);
    }
  }

  private int runParts(boolean caller, ProgramMemory own) {
    BoundPrimitive primitive = own.bound(step);
    Program.Step running = program.steps().get(step);
    MemorySegment src = memory.values()[running.src()];
    MemorySegment dst = memory.values()[running.dst()];
    MemorySegment[] operands = memory.operands(step);
    primitive.beginShare();
    int count = 0;
    for (int part = takePart(caller); part >= 0; part = takePart(caller)) {
      primitive.runPart(part, src, dst, operands);
      count++;
    }
    return count;
  }
}
