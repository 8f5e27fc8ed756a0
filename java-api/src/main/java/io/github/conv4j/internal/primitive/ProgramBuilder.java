package io.github.conv4j.internal.primitive;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Puts a {@link Program} together; owns the primitives that it was given until it is built. */
public final class ProgramBuilder implements AutoCloseable {
  private final int operandCount;
  private final List<Program.Step> steps = new ArrayList<>();
  private final List<Program.Inner> inner = new ArrayList<>();
  private final List<Arena> owned = new ArrayList<>();
  private boolean built;

  /** Begins a program whose runs are given so many operands. */
  public ProgramBuilder(int operandCount) {
    this.operandCount = operandCount;
  }

  /** Adds a value that lives between steps; returns its number. */
  public int temporary(long byteSize) {
    return add(new Program.Inner(byteSize, null));
  }

  /**
   * Adds a value that is the same in every run; returns its number.
   *
   * @param bytes outside the Java heap, open to every thread for as long as the program is used
   */
  public int constant(MemorySegment bytes) {
    return add(new Program.Inner(0, bytes));
  }

  /** Whether a value lives between steps: it is neither the caller's nor a constant. */
  public boolean isTemporary(int value) {
    int index = value - Program.FIRST_OPERAND - operandCount;
    return index >= 0 && inner.get(index).constant() == null;
  }

  /** Gives the program memory of constants, which it frees when it is closed. */
  public void owns(Arena memory) {
    owned.add(memory);
  }

  private int add(Program.Inner value) {
    inner.add(value);
    return Program.FIRST_OPERAND + operandCount + inner.size() - 1;
  }

  /** Returns how many steps there are so far. */
  public int stepCount() {
    return steps.size();
  }

  /** Adds a step; takes ownership of the primitive. */
  public ProgramBuilder step(Primitive primitive, int src, int dst, int... operands) {
    List<Integer> list = new ArrayList<>();
    for (int operand : operands) {
      list.add(operand);
    }
    steps.add(new Program.Step(primitive, src, dst, list));
    return this;
  }

  /**
   * Adds the steps of another program, whose ownership it takes, between values of this one.
   *
   * @param operands one value for each operand of the other program
   */
  public ProgramBuilder program(Program other, int src, int dst, int... operands) {
    if (operands.length != other.operandCount()) {
      throw new IllegalArgumentException(
          "the program takes %d operands but got %d"
              .formatted(other.operandCount(), operands.length));
    }
    int[] numbers = new int[other.firstInner() + other.innerCount()];
    numbers[Program.SRC] = src;
    numbers[Program.DST] = dst;
    System.arraycopy(operands, 0, numbers, Program.FIRST_OPERAND, operands.length);
    for (int i = 0; i < other.innerCount(); i++) {
      numbers[other.firstInner() + i] = add(other.inner().get(i));
    }
    owned.addAll(other.owned());
    for (Program.Step step : other.steps()) {
      int[] renamed = step.operands().stream().mapToInt(value -> numbers[value]).toArray();
      step(step.primitive(), numbers[step.src()], numbers[step.dst()], renamed);
    }
    return this;
  }

  /** Returns the program, which owns the primitives from now on. */
  public Program build() {
    var program = new Program(operandCount, steps, inner, owned);
    built = true;
    return program;
  }

  /** Closes the primitives of a program that was not built. */
  @Override
  public void close() {
    if (!built) {
      built = true;
      new Program(operandCount, steps, inner, owned).close();
    }
  }
}
