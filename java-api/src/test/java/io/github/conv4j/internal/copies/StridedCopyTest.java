package io.github.conv4j.internal.copies;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StridedCopyTest {
  /** Sizes around the sides of squares, primes, and few of the one beside many of the other. */
  private static final long[] SIZES = {1, 2, 3, 5, 7, 8, 31, 32, 33, 63, 64, 65, 67, 127, 131, 300};

  private static final long MOST_ELEMENTS = 40_000;

  @RepeatedTest(400)
  void agreesWithTheDefinition(RepetitionInfo repetition) {
    var random = new Random(repetition.getCurrentRepetition());
    int rank = 1 + random.nextInt(5);
    long[] sizes = new long[rank];
    long count = 1;
    for (int i = 0; i < rank; i++) {
      sizes[i] = SIZES[random.nextInt(SIZES.length)];
      sizes[i] = count * sizes[i] > MOST_ELEMENTS ? 1 + random.nextInt(2) : sizes[i];
      count *= sizes[i];
    }
    int elementByteSize = 1 << random.nextInt(3);
    if (random.nextBoolean()) {
      elementByteSize = 4;
    }
    long[] from = strides(sizes, random);
    long[] to = strides(sizes, random);
    String text =
        "sizes %s from %s to %s, %d bytes"
            .formatted(
                Arrays.toString(sizes),
                Arrays.toString(from),
                Arrays.toString(to),
                elementByteSize);
    try (Arena arena = Arena.ofConfined()) {
      boolean onHeap = random.nextInt(4) == 0;
      int unaligned = random.nextInt(2);
      MemorySegment in =
          onHeap
              ? MemorySegment.ofArray(new byte[(int) (span(sizes, from) * elementByteSize)])
              : arena.allocate(span(sizes, from) * elementByteSize + 1).asSlice(unaligned);
      MemorySegment out = arena.allocate(span(sizes, to) * elementByteSize + 1).asSlice(unaligned);
      byte[] noise = new byte[(int) in.byteSize()];
      random.nextBytes(noise);
      in.copyFrom(MemorySegment.ofArray(noise));
      out.fill((byte) 0x5a);
      MemorySegment expected = arena.allocate(out.byteSize()).copyFrom(out);
      copyByDefinition(sizes, in, from, expected, to, elementByteSize);

      var copy = StridedCopy.of(sizes, from, to, elementByteSize);
      float[] squares = copy.needsSquares() ? StridedCopy.newSquares() : new float[0];
      Arrays.fill(squares, Float.NaN);
      copy.run(in, out, squares);

      assertThat(out.mismatch(expected)).as(text).isEqualTo(-1);
    }
  }

  /**
   * The channels of pixels, in groups, as a shuffle turns them: also with more than squares hold.
   */
  @ParameterizedTest
  @ValueSource(longs = {2, 3, 4, 8})
  void turnsBlocksThatFollowEachOther(long groups) {
    var random = new Random(groups);
    for (long channels : new long[] {2, 7, 28, 136}) {
      for (long pixels : new long[] {2, 37, 301}) {
        long[] sizes = {2, pixels, channels, groups};
        long block = channels * groups;
        long[] from = {pixels * block + 3, block, 1, channels};
        long[] to = {pixels * block + 5, block, groups, 1};
        try (Arena arena = Arena.ofConfined()) {
          MemorySegment in = arena.allocate(span(sizes, from) * Float.BYTES);
          byte[] noise = new byte[(int) in.byteSize()];
          random.nextBytes(noise);
          in.copyFrom(MemorySegment.ofArray(noise));
          MemorySegment out = arena.allocate(span(sizes, to) * Float.BYTES);
          MemorySegment expected = arena.allocate(out.byteSize());
          copyByDefinition(sizes, in, from, expected, to, Float.BYTES);

          StridedCopy.of(sizes, from, to, Float.BYTES).run(in, out, StridedCopy.newSquares());

          assertThat(out.mismatch(expected)).as("%d %d", channels, pixels).isEqualTo(-1);
        }
      }
    }
  }

  /** Distinct places: dense in a random order of the axes, sometimes with gaps. */
  private static long[] strides(long[] sizes, Random random) {
    int[] order = new int[sizes.length];
    Arrays.setAll(order, i -> i);
    for (int i = order.length - 1; i > 0; i--) {
      int other = random.nextInt(i + 1);
      int moved = order[i];
      order[i] = order[other];
      order[other] = moved;
    }
    long[] strides = new long[sizes.length];
    long reach = 1;
    for (int axis : order) {
      reach += random.nextInt(4) == 0 ? random.nextInt(5) : 0;
      strides[axis] = reach;
      reach *= sizes[axis];
    }
    return strides;
  }

  private static long span(long[] sizes, long[] strides) {
    long last = 0;
    for (int i = 0; i < sizes.length; i++) {
      last += (sizes[i] - 1) * strides[i];
    }
    return last + 1;
  }

  private static void copyByDefinition(
      long[] sizes,
      MemorySegment in,
      long[] from,
      MemorySegment out,
      long[] to,
      int elementByteSize) {
    long count = Arrays.stream(sizes).reduce(1, (a, b) -> a * b);
    for (long element = 0; element < count; element++) {
      long rest = element;
      long inAt = 0;
      long outAt = 0;
      for (int axis = sizes.length - 1; axis >= 0; axis--) {
        inAt += rest % sizes[axis] * from[axis];
        outAt += rest % sizes[axis] * to[axis];
        rest /= sizes[axis];
      }
      MemorySegment.copy(in, inAt * elementByteSize, out, outAt * elementByteSize, elementByteSize);
    }
  }

  @Test
  void aStrideOfZeroRepeats() {
    float[] out = new float[9];
    StridedCopy.of(new long[] {2, 3}, new long[] {0, 0}, new long[] {4, 2}, 4)
        .run(MemorySegment.ofArray(new float[] {7}), MemorySegment.ofArray(out), new float[0]);

    assertThat(out).containsExactly(7, 0, 7, 0, 7, 0, 7, 0, 7);
  }

  @Test
  void oneElementIsACopyToo() {
    float[] out = new float[1];
    StridedCopy.of(new long[] {1, 1}, new long[] {9, 9}, new long[] {5, 3}, 4)
        .run(MemorySegment.ofArray(new float[] {7}), MemorySegment.ofArray(out), new float[0]);

    assertThat(out).containsExactly(7);
  }

  @Test
  void needsNoSquaresWhereRunsAreLong() {
    assertThat(
            StridedCopy.of(new long[] {3, 50}, new long[] {50, 1}, new long[] {60, 1}, 4)
                .needsSquares())
        .isFalse();
    assertThat(
            StridedCopy.of(new long[] {3, 50}, new long[] {1, 3}, new long[] {50, 1}, 4)
                .needsSquares())
        .isTrue();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment in = arena.allocate(ValueLayout.JAVA_FLOAT, 150);
      MemorySegment out = arena.allocate(ValueLayout.JAVA_FLOAT, 170);
      StridedCopy.of(new long[] {3, 50}, new long[] {50, 1}, new long[] {60, 1}, 4)
          .run(in, out, new float[0]);
    }
  }
}
