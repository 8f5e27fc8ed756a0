package io.github.conv4j.networks.internal.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.conv4j.PostOp.Extent;
import io.github.conv4j.PostOps;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.BufferPlan;
import io.github.conv4j.internal.primitive.Primitive;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/**
 * Not one byte of Java heap a run, in many rounds in a row, once the JIT compiler has seen to the
 * loops.
 */
class AllocationTest {
  private static final int CALM_ROUNDS = 5;
  private static final long ROUND_NANOS = 3_000_000;
  private static final long LONGEST_NANOS = 60_000_000_000L;

  private static final ThreadMXBean THREAD_BEAN =
      (ThreadMXBean) ManagementFactory.getThreadMXBean();

  @Test
  void elementwise() {
    for (UnaryFunction function : UnaryFunction.values()) {
      var chain = List.<Pointwise>of(new Pointwise.Unary(function, 1, 1));
      allocatesNothing(new Elementwise(1000, 1, chain, 1), 1000, 1000);
    }
    var chain = Pointwise.of(PostOps.parse("mul:per_oc,add:per_tensor:run,relu,sub:common:run"));
    allocatesNothing(new Elementwise(1000, 10, chain, 1), 1000, 1000, 10, 1000, 1);
  }

  @Test
  void broadcast() {
    for (BinaryFunction function : BinaryFunction.values()) {
      allocatesNothing(
          new Broadcast(function, new long[] {2, 30, 16}, new long[] {2, 1, 16}, 1), 960, 960, 32);
      allocatesNothing(
          new Broadcast(function, new long[] {30, 1}, new long[] {30, 40}, 1), 1200, 30, 1200);
    }
  }

  @Test
  void pooling() {
    var axis = new PoolingAxis(9, 5, 3, 2, 1, 1, 1);
    for (Pooling.Kind kind : Pooling.Kind.values()) {
      allocatesNothing(new Pooling(kind, 1, PoolingAxis.NONE, axis, axis, 40, 1), 25 * 40, 81 * 40);
    }
    var pairs = new PoolingAxis(40, 20, 2, 2, 1, 0, 0);
    allocatesNothing(
        new Pooling(Pooling.Kind.MAX, 1, PoolingAxis.NONE, pairs, pairs, 28, 1),
        400 * 28,
        1600 * 28);
  }

  @Test
  void reduction() {
    for (Reduction.Kind kind : Reduction.Kind.values()) {
      allocatesNothing(new Reduction(kind, 3, 50, 1, 1), 3, 150);
      allocatesNothing(new Reduction(kind, 3, 50, 40, 1), 120, 6000);
    }
  }

  @Test
  void copies() {
    allocatesNothing(new Permute(new long[] {3, 40, 50}, new int[] {2, 0, 1}, 1), 6000, 6000);
    long[] dims = {10, 20, 30};
    long[] half = {5, 10, 15};
    long[] starts = {9, 0, 29};
    long[] steps = {-2, 2, -1};
    allocatesNothing(new Gathering(dims, starts, steps, half, 1), 750, 6000);
    allocatesNothing(new Placement(dims, half, half, 1f, 1), 6000, 750);
    allocatesNothing(new Assembly(30, new long[] {24, 7}, 1, 1), 930, 720, 210);
    allocatesNothing(new Assembly(90, new long[] {24, 4}, 1, 1), 2520, 2160, 360);
    allocatesNothing(new Colours(2, 333, 1), 1998, 1998);
    RepeatedAssembly.Image[] images = {
      new RepeatedAssembly.Image(1, 4, 5, 6), new RepeatedAssembly.Image(1, 8, 10, 40)
    };
    allocatesNothing(new RepeatedAssembly(1, 1, 8, 10, images, 1), 3680, 120, 3200);
  }

  @Test
  void resampling() {
    int[] twice = {0, 0, 1, 1, 2, 2};
    int[] next = {0, 1, 1, 2, 2, 2};
    float[] halves = {.5f, .5f, .5f, .5f, .5f, .5f};
    for (var axis :
        new ResamplingAxis[] {
          ResamplingAxis.nearest(3, twice), ResamplingAxis.linear(3, twice, next, halves, halves)
        }) {
      allocatesNothing(new Resampling(1, ResamplingAxis.NONE, axis, axis, 40, 1), 36 * 40, 9 * 40);
      allocatesNothing(new Resampling(1, axis, axis, axis, 3, 1), 216 * 3, 27 * 3);
    }
  }

  @Test
  void softmax() {
    for (boolean isLogarithm : new boolean[] {false, true}) {
      allocatesNothing(new Softmax(isLogarithm, 5, 100, 1, 1), 500, 500);
      allocatesNothing(new Softmax(isLogarithm, 2, 10, 30, 1), 600, 600);
    }
    var argMax = new ArgExtremum(ArgExtremum.Kind.MAX, false, 5, 100, 2, 1);
    allocatesNothing(argMax, 20, 1000);
  }

  @Test
  void selections() {
    allocatesNothing(new Lookup(4, 9, 20, 5, true, 1), 400, 720, 10);
    allocatesNothing(new Lookup(4, 9, 3, 5, false, 1), 60, 108, 5);
    allocatesNothing(new TopElements(true, 3, 100, 2, 7, 1), 42, 600, 84);
    long[] dims = {20, 30};
    long[] row = {30};
    for (boolean isLong : new boolean[] {false, true}) {
      allocatesNothing(new Choice(row, dims, row, isLong, 1), 1200, 30, 1200, 60);
    }
  }

  @Test
  void bytes() {
    var scale = new ByteScale(false, 0.5f, 3);
    var some = Optional.of(scale);
    allocatesNothing(Quantizing.quantize(2, List.of(scale, scale), 900, 1), 900, 3600);
    allocatesNothing(Quantizing.dequantize(2, List.of(scale, scale), 900, 1), 3600, 900);
    var signed = new ByteScale(true, 0.5f, 3);
    allocatesNothing(Quantizing.dequantize(2, List.of(signed, signed), 900, 1), 3600, 900);
    allocatesNothing(new ByteTable(new byte[256], 3600, 1), 900, 900);
    allocatesNothing(new QuantizedColours(2, 600, scale, 1), 900, 3600);
    allocatesNothing(new ByteMean(2, 70, 24, scale, some, 1), 12, 840);
    List<Pointwise> chain =
        List.of(
            new Pointwise.WithOperand(BinaryFunction.MUL, Extent.PER_CHANNEL, 0),
            new Pointwise.WithOperand(BinaryFunction.ADD, Extent.FULL, 1));
    var elementwise =
        new ByteElementwise(6000, 24, chain, some, some, List.of(some, Optional.empty()), true, 1);
    allocatesNothing(elementwise, 1500, 1500, 6, 6000);
    for (boolean mayBeFused : new boolean[] {false, true}) {
      var sum =
          new ByteElementwise(6000, 24, chain, some, some, List.of(some, some), mayBeFused, 1);
      allocatesNothing(sum, 1500, 1500, 6, 1500);
    }
    var axis = new PoolingAxis(9, 8, 2, 1, 1, 0, 0);
    var pooling = new Pooling(Pooling.Kind.MAX_U8, 1, PoolingAxis.NONE, axis, axis, 24, 1);
    allocatesNothing(pooling, 384, 486);
  }

  @Test
  void conversions() {
    for (Conversion.Kind from : Conversion.Kind.values()) {
      allocatesNothing(new Conversion(from, Conversion.Kind.FLOAT, 1000, 1), 1000, 2000);
      allocatesNothing(new Conversion(from, Conversion.Kind.INT64, 1000, 1), 2000, 2000);
      allocatesNothing(new Conversion(Conversion.Kind.FLOAT, from, 1000, 1), 2000, 1000);
    }
  }

  @Test
  void products() {
    allocatesNothing(new MatrixProduct(9, 33, 50, false, 1), 9 * 33, 450, 1650);
    allocatesNothing(new MatrixProduct(9, 33, 50, true, 1), 9 * 33, 450, 1650);
  }

  @Test
  void normalization() {
    allocatesNothing(new LayerNormalization(30, 120, 1e-5f, true, 1), 3600, 3600, 120, 120);
    allocatesNothing(new GroupNormalization(1, 30, 80, 4, 1e-5f, 1), 2400, 2400, 80, 80);
    allocatesNothing(new LocalResponseNormalization(30, 64, 5, 1, 0.75f, 1, 1), 1920, 1920);
  }

  @Test
  void recurrent() {
    var shape = new Recurrent.Shape(Recurrent.Direction.BIDIRECTIONAL, 6, 1, 20, 24);
    float[] none = {};
    var lstm =
        Recurrent.lstm(shape, new float[2 * 96 * 20], new float[2 * 96 * 24], none, none, false, 1);
    allocatesNothing(lstm, (int) lstm.dstElementCount(), 120);
    var gru =
        Recurrent.gru(shape, new float[2 * 72 * 20], new float[2 * 72 * 24], none, true, false, 1);
    allocatesNothing(gru, (int) gru.dstElementCount(), 120);
  }

  /** Runs until the rounds are calm. */
  private static void allocatesNothing(
      Primitive primitive, int dstCount, int srcCount, int... operandCounts) {
    try (Arena arena = Arena.ofConfined();
        BoundPrimitive bound =
            primitive.bind(
                arena.allocate(
                    Math.max(1, primitive.scratchpadByteSize()), BufferPlan.ALIGNMENT_BYTES),
                true)) {
      MemorySegment src = arena.allocate(srcCount * 4L, 4);
      MemorySegment dst = arena.allocate(dstCount * 4L, 8);
      MemorySegment[] operands =
          Arrays.stream(operandCounts)
              .mapToObj(count -> arena.allocate(count * 4L, 4))
              .toArray(MemorySegment[]::new);
      long end = System.nanoTime() + LONGEST_NANOS;
      int calm = 0;
      while (calm < CALM_ROUNDS) {
        long allocated = allocatedInRound(bound, src, dst, operands);
        calm = allocated == 0 ? calm + 1 : 0;
        assertThat(System.nanoTime() - end)
            .as("a round of %s took %d bytes", primitive, allocated)
            .isNegative();
      }
    }
  }

  private static long allocatedInRound(
      BoundPrimitive bound, MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
    long end = System.nanoTime() + ROUND_NANOS;
    long before = THREAD_BEAN.getCurrentThreadAllocatedBytes();
    do {
      bound.beginShare();
      bound.runAlone(src, dst, operands);
    } while (System.nanoTime() - end < 0);
    return THREAD_BEAN.getCurrentThreadAllocatedBytes() - before;
  }
}
