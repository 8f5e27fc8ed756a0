package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.BufferPlan;
import io.github.conv4j.internal.primitive.Primitive;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs an operator as a whole, in its parts, and in ranges of units that begin anywhere, over a
 * destination that was not numbers and between guards; all must write the same bits.
 */
final class OperatorRun {
  private static final int GUARD = 64;
  private static final byte GUARD_BYTE = 0x5a;

  private OperatorRun() {}

  /** Returns loops on the Vector API and without. */
  static List<Loops> loops() {
    return List.of(new VectorLoops(), new ScalarLoops());
  }

  /** Makes an operator with some loops. */
  static Primitive make(Loops loops, Supplier<? extends Primitive> operator) {
    return ScopedValue.where(Loops.CHOSEN, loops).call(operator::get);
  }

  static float[] floats(Primitive primitive, int dstCount, float[] src, float[]... operands) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment dst = run(primitive, arena, dstCount * 4L, null, src, operands);
      return dst.toArray(JAVA_FLOAT);
    }
  }

  /** The same where dst is src. */
  static float[] inPlace(Primitive primitive, float[] src, float[]... operands) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment dst = run(primitive, arena, src.length * 4L, src, src, operands);
      return dst.toArray(JAVA_FLOAT);
    }
  }

  static MemorySegment run(
      Primitive primitive,
      Arena arena,
      long dstBytes,
      float @Nullable [] inPlace,
      float[] src,
      float[]... operands) {
    MemorySegment in = segment(arena, src);
    MemorySegment[] given = new MemorySegment[operands.length];
    for (int i = 0; i < given.length; i++) {
      given[i] = segment(arena, operands[i]);
    }
    byte[] first = null;
    MemorySegment dst = MemorySegment.NULL;
    for (int form = 0; form < 3; form++) {
      MemorySegment guarded = arena.allocate(dstBytes + 2 * GUARD, BufferPlan.ALIGNMENT_BYTES);
      guarded.fill(GUARD_BYTE);
      dst = guarded.asSlice(GUARD, dstBytes);
      dst.fill((byte) -1);
      if (inPlace != null) {
        MemorySegment.copy(inPlace, 0, dst, JAVA_FLOAT, 0, inPlace.length);
      }
      run(primitive, arena, form, inPlace == null ? in : dst, dst, given);
      assertThat(guarded.asSlice(0, GUARD).toArray(JAVA_BYTE)).containsOnly(GUARD_BYTE);
      assertThat(guarded.asSlice(GUARD + dstBytes).toArray(JAVA_BYTE)).containsOnly(GUARD_BYTE);
      byte[] bytes = dst.toArray(JAVA_BYTE);
      if (first == null) {
        first = bytes;
      } else {
        assertThat(Arrays.mismatch(first, bytes))
            .as("form %d of %s", form, primitive)
            .isEqualTo(-1);
      }
    }
    assertThat(in.toArray(JAVA_FLOAT)).as("src is only read").isEqualTo(src);
    return dst;
  }

  private static void run(
      Primitive primitive,
      Arena arena,
      int form,
      MemorySegment src,
      MemorySegment dst,
      MemorySegment[] operands) {
    switch (form) {
      case 0 -> {
        try (BoundPrimitive bound = bound(primitive, arena)) {
          bound.beginShare();
          bound.runAlone(src, dst, operands);
        }
      }
      case 1 -> {
        try (BoundPrimitive one = bound(primitive, arena);
            BoundPrimitive other = bound(primitive, arena)) {
          List<Integer> parts = new ArrayList<>();
          for (int part = 0; part < primitive.partCount(); part++) {
            parts.add(part);
          }
          Collections.shuffle(parts, new Random(1));
          one.beginShare();
          other.beginShare();
          for (int part : parts) {
            (part % 2 == 0 ? one : other).runPart(part, src, dst, operands);
          }
        }
      }
      default -> {
        if (!(primitive instanceof RangedPrimitive ranged)) {
          run(primitive, arena, 0, src, dst, operands);
          return;
        }
        RangedPrimitive.Ranges ranges = ranged.ranges(scratchpad(primitive, arena));
        long units = ranged.unitCount();
        long middle = new Random(units).nextLong(units + 1);
        long near = Math.min(units, middle + 1);
        ranges.run(near, units, src, dst, operands);
        ranges.run(0, middle, src, dst, operands);
        ranges.run(middle, near, src, dst, operands);
      }
    }
  }

  private static BoundPrimitive bound(Primitive primitive, Arena arena) {
    return primitive.bind(scratchpad(primitive, arena), false);
  }

  private static MemorySegment scratchpad(Primitive primitive, Arena arena) {
    MemorySegment scratchpad =
        arena.allocate(Math.max(1, primitive.scratchpadByteSize()), BufferPlan.ALIGNMENT_BYTES);
    scratchpad.fill((byte) -1);
    return scratchpad;
  }

  private static MemorySegment segment(Arena arena, float[] values) {
    return arena.allocateFrom(JAVA_FLOAT, values);
  }

  /** Returns small whole numbers, whose sums and products floats hold exactly. */
  static float[] integers(Random random, long count) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-4, 5);
    }
    return values;
  }

  static float[] gaussians(Random random, long count) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  /** Compares with what was computed in double; equal zeros are equal. */
  static void near(float[] actual, double[] expected, double tolerance, String what) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      double bound = tolerance * Math.max(1, Math.abs(expected[i]));
      boolean same =
          actual[i] == (float) expected[i] || (Double.isNaN(expected[i]) && Float.isNaN(actual[i]));
      assertThat(same || Math.abs(actual[i] - expected[i]) <= bound)
          .as("%s at %d: %s but expected %s", what, i, actual[i], expected[i])
          .isTrue();
    }
  }
}
