package io.github.conv4j.internal.prepared;

import io.github.conv4j.internal.parallel.Budget;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.BufferPlan;
import io.github.conv4j.internal.primitive.Program;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * What one thread needs to run a program, or to help in a run of it: a scratchpad that all steps
 * share, each step bound to it, and, once it calls itself, the temporaries.
 */
final class ProgramMemory implements AutoCloseable, ByteSized {
  private final Program program;
  private final Arena arena = Arena.ofShared();
  private final BoundPrimitive[] bound;

  /** The values of a run, under their numbers; those of the caller only while it is inside. */
  private final MemorySegment[] values;

  /** The operands of each step, likewise. */
  private final MemorySegment[][] operands;

  /** Of what the caller brings, under its number. */
  private final UnconfinedViews[] views;

  private final SharedRun shared;

  /** How many of all that run the program have temporaries. */
  private final AtomicInteger callerCount;

  private boolean hasTemporaries;

  ProgramMemory(Program program, Budget budget, AtomicInteger callerCount) {
    this.program = program;
    this.callerCount = callerCount;
    List<Program.Step> steps = program.steps();
    this.bound = new BoundPrimitive[steps.size()];
    this.values = new MemorySegment[program.firstInner() + program.innerCount()];
    Arrays.fill(values, MemorySegment.NULL);
    this.operands = noOperands(program);
    this.views = new UnconfinedViews[program.firstInner()];
    Arrays.setAll(views, _ -> new UnconfinedViews());
    this.shared = new SharedRun(program, this, budget);
    try {
      MemorySegment scratchpad = allocate(program.scratchpadByteSize());
      for (int i = 0; i < bound.length; i++) {
        bound[i] = steps.get(i).primitive().bind(scratchpad, program.keepsScratchpad());
      }
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /** Returns arrays for the operands of all steps. */
  private static MemorySegment[][] noOperands(Program program) {
    MemorySegment[][] operands = new MemorySegment[program.steps().size()][];
    for (int i = 0; i < operands.length; i++) {
      operands[i] = new MemorySegment[program.steps().get(i).operands().size()];
      Arrays.fill(operands[i], MemorySegment.NULL);
    }
    return operands;
  }

  private MemorySegment allocate(long byteSize) {
    return byteSize == 0
        ? MemorySegment.NULL
        : arena.allocate(byteSize, BufferPlan.ALIGNMENT_BYTES);
  }

  /** Allocates what only callers need, not helpers. */
  void allocateTemporaries() {
    if (hasTemporaries) {
      return;
    }
    MemorySegment all = allocate(program.arenaByteSize());
    for (int i = 0; i < program.innerCount(); i++) {
      values[program.firstInner() + i] = program.inner(i, all);
    }
    hasTemporaries = true;
    callerCount.incrementAndGet();
  }

  BoundPrimitive bound(int step) {
    return bound[step];
  }

  MemorySegment[] values() {
    return values;
  }

  /**
   * Takes what the caller brings: where it is confined to the calling thread a view that is not, if
   * such can be made, since kernels would check in their loops whose it is.
   */
  void place(int value, MemorySegment segment) {
    values[value] = views[value].of(segment, program);
  }

  MemorySegment[] operands(int step) {
    return operands[step];
  }

  SharedRun shared() {
    return shared;
  }

  /** Puts the values in their places as operands. */
  void placeOperands() {
    for (int i = 0; i < operands.length; i++) {
      MemorySegment[] places = operands[i];
      if (places.length > 0) {
        List<Integer> numbers = program.steps().get(i).operands();
        for (int j = 0; j < places.length; j++) {
          places[j] = values[numbers.get(j)];
        }
      }
    }
  }

  /** Forgets the caller's memory, which must not stay reachable from here. */
  void letGoOfCaller() {
    for (int i = 0; i < program.firstInner(); i++) {
      values[i] = MemorySegment.NULL;
    }
    for (MemorySegment[] places : operands) {
      for (int i = 0; i < places.length; i++) {
        places[i] = MemorySegment.NULL;
      }
    }
  }

  /** Returns the bytes of the scratchpad; temporaries come later. */
  @Override
  public long byteSize() {
    return program.scratchpadByteSize();
  }

  @Override
  public void close() {
    try {
      for (@Nullable BoundPrimitive each : bound) {
        if (each != null) {
          Quietly.close(each);
        }
      }
    } finally {
      arena.close();
      if (hasTemporaries) {
        hasTemporaries = false;
        callerCount.decrementAndGet();
      }
    }
  }
}
