package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;

import io.github.conv4j.PostOp.Extent;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;

/**
 * A chain of functions of each number of an array, in one pass over memory: chunk by chunk, each
 * function passes over what is still in the nearest cache. So each function is compiled once for
 * all networks, whatever chain it is in.
 *
 * <p><b>Memory.</b> dst may be src. Operands do not overlap dst. Those that are per channel have
 * one number for each index along the innermost axis.
 */
public final class Elementwise extends RangedPrimitive {
  /** What reading and writing costs where the array is far. */
  private static final double ELEMENT_NANOS = 0.4;

  private final Chunks chunks;
  private final Step[] steps;
  private final int panelCount;

  private sealed interface Step {
    void run(MemorySegment src, MemorySegment dst, long at, int count, Operands operands);
  }

  private record Unary(UnaryLoop loop, float alpha, float beta) implements Step {
    @Override
    public void run(MemorySegment src, MemorySegment dst, long at, int count, Operands operands) {
      loop.run(src, at, dst, at, count, alpha, beta);
    }
  }

  private record Constant(BinaryLoop loop, float value) implements Step {
    @Override
    public void run(MemorySegment src, MemorySegment dst, long at, int count, Operands operands) {
      loop.runWithScalar(src, at, value, dst, at, count);
    }
  }

  private record Scalar(BinaryLoop loop, int operand) implements Step {
    @Override
    public void run(MemorySegment src, MemorySegment dst, long at, int count, Operands operands) {
      float value = operands.ofRun[operand].get(JAVA_FLOAT_UNALIGNED, 0);
      loop.runWithScalar(src, at, value, dst, at, count);
    }
  }

  private record PerChannel(BinaryLoop loop, int operand, int panel) implements Step {
    @Override
    public void run(MemorySegment src, MemorySegment dst, long at, int count, Operands operands) {
      MemorySegment values = operands.panelLength > 0 ? operands.panels : operands.ofRun[operand];
      long begin = operands.periodBegin + (long) panel * operands.panelLength;
      loop.run(src, at, values, begin, dst, at, count);
    }
  }

  private record Full(BinaryLoop loop, int operand) implements Step {
    @Override
    public void run(MemorySegment src, MemorySegment dst, long at, int count, Operands operands) {
      loop.run(src, at, operands.ofRun[operand], at, dst, at, count);
    }
  }

  /** What the steps of one thread read besides src. */
  private static final class Operands {
    private static final MemorySegment[] NONE = {};

    final MemorySegment panels;
    final int panelLength;
    MemorySegment[] ofRun = NONE;
    long periodBegin;

    Operands(MemorySegment panels, int panelLength) {
      this.panels = panels;
      this.panelLength = panelLength;
    }
  }

  /**
   * Plans a chain.
   *
   * @param elementCount of the array
   * @param channels how long its innermost axis is
   * @param chain what is done, in order
   */
  public Elementwise(long elementCount, long channels, List<Pointwise> chain, int threads) {
    this(chunks(elementCount, channels, chain), chain, threads);
  }

  private Elementwise(Chunks chunks, List<Pointwise> chain, int threads) {
    super(chunks.count(), chunks.length() * elementNanos(chain), threads);
    this.chunks = chunks;
    this.steps = new Step[chain.size()];
    Loops loops = Loops.current();
    int panels = 0;
    for (int i = 0; i < steps.length; i++) {
      steps[i] = step(chain.get(i), loops, panels);
      panels += steps[i] instanceof PerChannel ? 1 : 0;
    }
    this.panelCount = chunks.needsPanel() ? panels : 0;
  }

  private static Chunks chunks(long elementCount, long channels, List<Pointwise> chain) {
    Sizes.product("elementCount", elementCount);
    Sizes.product("channels", channels);
    if (elementCount % channels != 0) {
      throw new IllegalArgumentException(
          "%d elements are no whole number of rows of %d channels"
              .formatted(elementCount, channels));
    }
    if (chain.isEmpty()) {
      throw new IllegalArgumentException("a chain has at least one function");
    }
    return Chunks.of(elementCount, chain.stream().anyMatch(Elementwise::repeats) ? channels : 1);
  }

  private static boolean repeats(Pointwise pointwise) {
    return pointwise instanceof Pointwise.WithOperand binary
        && binary.extent() == Extent.PER_CHANNEL;
  }

  private static double elementNanos(List<Pointwise> chain) {
    double sum = ELEMENT_NANOS;
    for (Pointwise pointwise : chain) {
      sum +=
          switch (pointwise) {
            case Pointwise.Unary unary -> unary.function().elementNanos();
            case Pointwise.WithConstant binary -> binary.function().elementNanos();
            case Pointwise.WithOperand binary -> binary.function().elementNanos();
          };
    }
    return sum;
  }

  private static Step step(Pointwise pointwise, Loops loops, int panel) {
    return switch (pointwise) {
      case Pointwise.Unary unary ->
          new Unary(loops.unary(unary.function()), unary.alpha(), unary.beta());
      case Pointwise.WithConstant binary ->
          new Constant(loops.binary(binary.function()), binary.value());
      case Pointwise.WithOperand binary -> {
        BinaryLoop loop = loops.binary(binary.function());
        yield switch (binary.extent()) {
          case SCALAR -> new Scalar(loop, binary.operand());
          case PER_CHANNEL -> new PerChannel(loop, binary.operand(), panel);
          case FULL -> new Full(loop, binary.operand());
        };
      }
    };
  }

  @Override
  public long scratchpadByteSize() {
    return (long) panelCount * chunks.length() * Float.BYTES;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    var state = new Operands(scratchpad, panelCount > 0 ? chunks.length() : 0);
    return (begin, end, src, dst, operands) -> {
      state.ofRun = operands;
      fillPanels(state);
      for (long chunk = begin; chunk < end; chunk++) {
        run(chunk, src, dst, state);
      }
      state.ofRun = Operands.NONE;
    };
  }

  private void fillPanels(Operands state) {
    if (panelCount > 0) {
      for (Step step : steps) {
        if (step instanceof PerChannel repeating) {
          long to = (long) repeating.panel * state.panelLength;
          chunks.fill(state.ofRun[repeating.operand], 0, state.panels, to);
        }
      }
    }
  }

  private void run(long chunk, MemorySegment src, MemorySegment dst, Operands state) {
    long at = chunks.begin(chunk);
    int count = chunks.length(chunk);
    state.periodBegin = chunks.periodBegin(chunk);
    steps[0].run(src, dst, at, count, state);
    for (int i = 1; i < steps.length; i++) {
      steps[i].run(dst, dst, at, count, state);
    }
  }

  @Override
  public String toString() {
    return "elementwise " + chunks.elementCount() + " " + Arrays.toString(steps);
  }
}
