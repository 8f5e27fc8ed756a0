package io.github.conv4j.internal.primitive;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Primitives that run one after the other, and where what lies between them goes. Values have
 * numbers: {@link #SRC}, {@link #DST}, then the operands of a run from {@link #FIRST_OPERAND} on,
 * then temporaries, which share one arena by their lifetimes, and constants.
 */
public final class Program implements AutoCloseable {
  /** The value that the caller gives to be read. */
  public static final int SRC = 0;

  /** The value that the caller gives to be written. */
  public static final int DST = 1;

  /** The first of the operands that the caller gives at each run. */
  public static final int FIRST_OPERAND = 2;

  /**
   * A primitive, and the values that it is given.
   *
   * @param src the number of the value that it reads
   * @param dst the number of the value that it writes
   * @param operands the numbers of its operands
   */
  public record Step(Primitive primitive, int src, int dst, List<Integer> operands) {
    /** Copies the list. */
    public Step {
      operands = List.copyOf(operands);
    }
  }

  /**
   * A value that is not the caller's.
   *
   * @param byteSize of a temporary; 0 for a constant
   * @param constant null for a temporary
   */
  record Inner(long byteSize, @Nullable MemorySegment constant) {}

  private static final int UNUSED = -1;

  private final int operandCount;
  private final List<Step> steps;
  private final List<Inner> inner;
  private final List<Arena> owned;
  private final BufferPlan plan;
  private final AtomicBoolean closed = new AtomicBoolean();

  /** Takes ownership of the primitives, and of memory. */
  Program(int operandCount, List<Step> steps, List<Inner> inner, List<Arena> owned) {
    this.operandCount = operandCount;
    this.steps = List.copyOf(steps);
    this.inner = List.copyOf(inner);
    this.owned = List.copyOf(owned);
    this.plan = inner.isEmpty() ? BufferPlan.NONE : new BufferPlan(lifetimes());
  }

  /** Returns a program of one step from the caller's source into the caller's destination. */
  public static Program of(Primitive primitive, int operandCount) {
    try (var builder = new ProgramBuilder(operandCount)) {
      int[] operands = new int[operandCount];
      for (int i = 0; i < operandCount; i++) {
        operands[i] = FIRST_OPERAND + i;
      }
      return builder.step(primitive, SRC, DST, operands).build();
    }
  }

  /** Each temporary lives from the first step that uses it to the last. */
  private List<BufferPlan.Buffer> lifetimes() {
    int[] first = new int[firstInner() + inner.size()];
    int[] last = new int[first.length];
    Arrays.fill(first, UNUSED);
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      use(step.src(), i, first, last);
      use(step.dst(), i, first, last);
      for (int operand : step.operands()) {
        use(operand, i, first, last);
      }
    }
    List<BufferPlan.Buffer> buffers = new ArrayList<>();
    for (int i = 0; i < inner.size(); i++) {
      int value = firstInner() + i;
      int begin = first[value] == UNUSED ? 0 : first[value];
      buffers.add(new BufferPlan.Buffer(inner.get(i).byteSize(), begin, last[value]));
    }
    return buffers;
  }

  private static void use(int value, int step, int[] first, int[] last) {
    first[value] = first[value] == UNUSED ? step : first[value];
    last[value] = step;
  }

  /** Returns how many operands the caller gives at each run. */
  public int operandCount() {
    return operandCount;
  }

  /** Returns what runs, in order. */
  public List<Step> steps() {
    return steps;
  }

  /** Returns the number of the first value that is not the caller's. */
  public int firstInner() {
    return FIRST_OPERAND + operandCount;
  }

  /** Returns how many values are not the caller's. */
  public int innerCount() {
    return inner.size();
  }

  /**
   * Returns a value that is not the caller's.
   *
   * @param index from the first on
   * @param arena of {@link #arenaByteSize} bytes
   */
  public MemorySegment inner(int index, MemorySegment arena) {
    Inner value = inner.get(index);
    return value.constant() == null
        ? arena.asSlice(plan.offset(index), value.byteSize())
        : value.constant();
  }

  List<Inner> inner() {
    return inner;
  }

  List<Arena> owned() {
    return owned;
  }

  /** Returns the bytes of a caller's arena. */
  public long arenaByteSize() {
    return plan.byteSize();
  }

  /** Returns the bytes that no arena can go below: the most that is needed at one time. */
  public long leastByteSize() {
    return plan.leastByteSize();
  }

  /** Returns the bytes that temporaries would take if none shared any. */
  public long naiveByteSize() {
    return plan.naiveByteSize();
  }

  /** Returns the bytes of scratchpad that each thread needs: what the neediest step does. */
  public long scratchpadByteSize() {
    long most = 0;
    for (Step step : steps) {
      most = Math.max(most, step.primitive().scratchpadByteSize());
    }
    return most;
  }

  /** Whether a scratchpad is used by one step only, which finds it as it left it. */
  public boolean keepsScratchpad() {
    int users = 0;
    for (Step step : steps) {
      users += step.primitive().scratchpadByteSize() > 0 ? 1 : 0;
    }
    return users <= 1;
  }

  /** Returns the bytes of packed weights and other constants outside the Java heap. */
  public long constantsByteSize() {
    long bytes = constantValuesByteSize(true);
    for (Step step : steps) {
      bytes += step.primitive().constantsByteSize();
    }
    return bytes;
  }

  /** Returns the bytes of packed weights and other constants on the Java heap. */
  public long heapConstantsByteSize() {
    long bytes = constantValuesByteSize(false);
    for (Step step : steps) {
      bytes += step.primitive().heapConstantsByteSize();
    }
    return bytes;
  }

  private long constantValuesByteSize(boolean isNative) {
    long bytes = 0;
    for (Inner value : inner) {
      MemorySegment constant = value.constant();
      bytes += constant != null && constant.isNative() == isNative ? constant.byteSize() : 0;
    }
    return bytes;
  }

  /** Returns the bytes on the Java heap that each thread takes to run all steps. */
  public long boundHeapByteSize() {
    long bytes = 0;
    for (Step step : steps) {
      bytes += step.primitive().boundHeapByteSize();
    }
    return bytes;
  }

  /** Returns what {@link Primitive#unconfined} of the first step that can returns, or null. */
  public @Nullable MemorySegment unconfined(MemorySegment segment) {
    // Asked in each call: no iterator.
    for (int i = 0; i < steps.size(); i++) {
      MemorySegment other = steps.get(i).primitive().unconfined(segment);
      if (other != null) {
        return other;
      }
    }
    return null;
  }

  /** Closes the primitives, the last first; a failure of one does not keep the next. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    RuntimeException first = null;
    for (Step step : steps.reversed()) {
      first = closed(step.primitive()::close, first);
    }
    for (Arena memory : owned) {
      first = closed(memory::close, first);
    }
    if (first != null) {
      throw first;
    }
  }

  private static @Nullable RuntimeException closed(
      Runnable close, @Nullable RuntimeException first) {
    try {
      close.run();
    } catch (RuntimeException e) {
      if (first == null) {
        return e;
      }
      first.addSuppressed(e);
    }
    return first;
  }
}
