package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * A recurrent layer with the cells of ONNX, over {@code [steps, batch, input]}. dst holds the
 * states of all steps, {@code [steps, directions, batch, hidden]}, and behind them the last states,
 * {@code [directions, batch, hidden]} each: the hidden one, and for LSTM that of the cells. The
 * first states are operands in the same order, where there are any; else they are 0.
 *
 * <p>The input's share of several steps is one product of matrices; a step then only adds that of
 * its state.
 */
public final class Recurrent extends RangedPrimitive {
  private static final double MULTIPLICATION_NANOS = 0.06;

  /** How many rows, of steps and batch, have their input's share computed at once. */
  private static final int ROWS = 32;

  /** How many of a batch go through the steps together. */
  private static final int BATCH_BLOCK = 4;

  private final Shape shape;
  private final boolean hasFirstStates;
  private final Cell[] cells;

  /** Which way steps are taken. */
  public enum Direction {
    /** From the first to the last. */
    FORWARD,
    /** From the last to the first. */
    REVERSE,
    /** Both, by weights of their own. */
    BIDIRECTIONAL
  }

  /** The dims of a layer. */
  public record Shape(Direction direction, int steps, int batch, int input, int hidden) {
    /** Checks the dims. */
    public Shape {
      Sizes.positive(steps, "steps");
      Sizes.positive(batch, "batch");
      Sizes.positive(input, "input");
      Sizes.positive(hidden, "hidden");
      Sizes.product("src", steps, batch, input);
      Sizes.product("dst", steps, 2, batch, hidden);
    }

    int directions() {
      return direction == Direction.BIDIRECTIONAL ? 2 : 1;
    }

    /** Returns how many elements a state has, of all directions and the whole batch. */
    public long stateElementCount() {
      return (long) directions() * batch * hidden;
    }

    private boolean isReverse(int index) {
      return direction == Direction.REVERSE || index == 1;
    }
  }

  private Recurrent(Shape shape, Cell[] cells, boolean hasFirstStates, int threads) {
    super(
        (long) shape.directions() * Math.ceilDiv(shape.batch, BATCH_BLOCK),
        MULTIPLICATION_NANOS
            * shape.steps
            * Math.min(shape.batch, BATCH_BLOCK)
            * cells[0].gates()
            * shape.hidden
            * ((double) shape.input + shape.hidden),
        threads);
    this.shape = shape;
    this.cells = cells;
    this.hasFirstStates = hasFirstStates;
  }

  @Override
  public long heapConstantsByteSize() {
    long columns = (long) cells.length * cells[0].gates() * shape.hidden;
    return columns * ((long) shape.input + shape.hidden) * Float.BYTES;
  }

  /**
   * Makes a layer of LSTM cells, whose gates are in the order i, o, f, c.
   *
   * @param weights of the input, {@code [directions, 4 * hidden, input]}
   * @param stateWeights of the state, {@code [directions, 4 * hidden, hidden]}
   * @param bias of both, {@code [directions, 8 * hidden]}; may be empty
   * @param peepholes of the gates i, o, f, {@code [directions, 3 * hidden]}; may be empty
   */
  public static Recurrent lstm(
      Shape shape,
      float[] weights,
      float[] stateWeights,
      float[] bias,
      float[] peepholes,
      boolean hasFirstStates,
      int threads) {
    Cell[] cells = new Cell[shape.directions()];
    checkLength(peepholes, (long) cells.length * 3 * shape.hidden, true, "peepholes");
    check(shape, 4, weights, stateWeights, bias);
    for (int i = 0; i < cells.length; i++) {
      cells[i] = new LstmCell(shape, i, weights, stateWeights, bias, peepholes);
    }
    return new Recurrent(shape, cells, hasFirstStates, threads);
  }

  /**
   * Makes a layer of GRU cells, whose gates are in the order z, r, h.
   *
   * @param weights of the input, {@code [directions, 3 * hidden, input]}
   * @param stateWeights of the state, {@code [directions, 3 * hidden, hidden]}
   * @param bias of both, {@code [directions, 6 * hidden]}; may be empty
   * @param resetsAfter whether the state is reset after it was multiplied: ONNX's
   *     linear_before_reset
   */
  public static Recurrent gru(
      Shape shape,
      float[] weights,
      float[] stateWeights,
      float[] bias,
      boolean resetsAfter,
      boolean hasFirstStates,
      int threads) {
    Cell[] cells = new Cell[shape.directions()];
    check(shape, 3, weights, stateWeights, bias);
    for (int i = 0; i < cells.length; i++) {
      cells[i] = new GruCell(shape, i, weights, stateWeights, bias, resetsAfter);
    }
    return new Recurrent(shape, cells, hasFirstStates, threads);
  }

  private static void check(
      Shape shape, int gates, float[] weights, float[] stateWeights, float[] bias) {
    long rows = (long) shape.directions() * gates * shape.hidden;
    checkLength(weights, Math.multiplyExact(rows, shape.input), false, "weights");
    checkLength(stateWeights, Math.multiplyExact(rows, shape.hidden), false, "stateWeights");
    checkLength(bias, 2 * rows, true, "bias");
  }

  private static void checkLength(float[] values, long length, boolean mayBeEmpty, String name) {
    if (values.length != length && !(mayBeEmpty && values.length == 0)) {
      throw new IllegalArgumentException(
          "%s must have %d elements but has %d".formatted(name, length, values.length));
    }
  }

  /** Returns how many elements dst has. */
  public long dstElementCount() {
    return shape.stateElementCount() * (shape.steps + cells[0].stateCount());
  }

  /** The gates of a row, the states of a block of the batch, and a row between. */
  @Override
  public long scratchpadByteSize() {
    return (long) (cells[0].gates() * 2 + BATCH_BLOCK * 2 + 1) * shape.hidden * Float.BYTES;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return new Run(scratchpad);
  }

  /** The working memory of one thread. */
  private final class Run implements Ranges {
    private final int pitch = cells[0].pitch();
    private final float[] input = new float[Math.multiplyExact(ROWS, shape.input)];
    private final float[] shares = new float[Math.multiplyExact(ROWS, pitch)];
    private final CellState state = new CellState(BATCH_BLOCK, shape.hidden, cells[0]);
    private final MemorySegment scratchpad;

    Run(MemorySegment scratchpad) {
      this.scratchpad = scratchpad;
    }

    @Override
    public void run(
        long begin, long end, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      int blocks = Math.ceilDiv(shape.batch, BATCH_BLOCK);
      for (long unit = begin; unit < end; unit++) {
        int first = (int) (unit % blocks) * BATCH_BLOCK;
        int rows = Math.min(BATCH_BLOCK, shape.batch - first);
        runBlock((int) (unit / blocks), first, rows, src, dst, operands);
      }
    }

    private void runBlock(
        int direction,
        int first,
        int rows,
        MemorySegment src,
        MemorySegment dst,
        MemorySegment[] operands) {
      Cell cell = cells[direction];
      long statesAt = ((long) direction * shape.batch + first) * shape.hidden;
      for (int i = 0; i < cell.stateCount(); i++) {
        if (hasFirstStates) {
          state.load(i, operands[i], statesAt, rows, scratchpad);
        } else {
          state.clear(i, rows, scratchpad);
        }
      }
      int stepsAtOnce = Math.max(1, ROWS / rows);
      for (int step = 0; step < shape.steps; step += stepsAtOnce) {
        int count = Math.min(stepsAtOnce, shape.steps - step);
        addInputs(cell, direction, step, count, first, rows, src);
        for (int i = 0; i < count; i++) {
          cell.step(shares, i * rows * pitch, rows, state, scratchpad);
          int at = place(direction, step + i);
          long to = at * shape.stateElementCount() + statesAt;
          state.store(0, dst, to, rows, scratchpad);
        }
      }
      long all = shape.stateElementCount();
      for (int i = 0; i < cell.stateCount(); i++) {
        state.store(i, dst, all * (shape.steps + i) + statesAt, rows, scratchpad);
      }
    }

    /** Returns which element of the sequence a step is at. */
    private int place(int direction, int step) {
      return shape.isReverse(direction) ? shape.steps - 1 - step : step;
    }

    private void addInputs(
        Cell cell, int direction, int step, int count, int first, int rows, MemorySegment src) {
      for (int i = 0; i < count; i++) {
        long from = ((long) place(direction, step + i) * shape.batch + first) * shape.input;
        MemorySegment.copy(
            src,
            JAVA_FLOAT_UNALIGNED,
            from * Float.BYTES,
            input,
            i * rows * shape.input,
            rows * shape.input);
      }
      cell.inputs(input, count * rows, shares);
    }
  }
}
