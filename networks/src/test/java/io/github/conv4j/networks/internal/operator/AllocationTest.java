package io.github.conv4j.networks.internal.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.conv4j.PostOps;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.BufferPlan;
import io.github.conv4j.internal.primitive.Primitive;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
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
      var chain = java.util.List.<Pointwise>of(new Pointwise.Unary(function, 1, 1));
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
  }

  @Test
  void reduction() {
    for (Reduction.Kind kind : Reduction.Kind.values()) {
      allocatesNothing(new Reduction(kind, 3, 50, 1, 1), 3, 150);
      allocatesNothing(new Reduction(kind, 3, 50, 40, 1), 120, 6000);
    }
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
