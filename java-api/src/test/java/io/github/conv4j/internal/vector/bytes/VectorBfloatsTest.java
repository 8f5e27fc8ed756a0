package io.github.conv4j.internal.vector.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.tensor.Bfloat16;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class VectorBfloatsTest {
  private static final int ALL = 1 << 16;
  private static final float UNTOUCHED = 7;

  @Test
  void allNumbersAreWidenedToTheBit() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment narrow = arena.allocate(ValueLayout.JAVA_SHORT, ALL);
      MemorySegment floats = arena.allocate(ValueLayout.JAVA_FLOAT, ALL);
      for (int i = 0; i < ALL; i++) {
        narrow.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
      }

      VectorBfloats.toFloats(narrow, 0, floats, 0, ALL);

      assertThat(floats.toArray(ValueLayout.JAVA_INT))
          .isEqualTo(
              IntStream.range(0, ALL)
                  .map(i -> Float.floatToRawIntBits(Bfloat16.toFloat((short) i)))
                  .toArray());
    }
  }

  /** All that lie on a bf16, around it, in the middle to the next, and some by chance. */
  @Test
  void floatsAreRoundedToTheBit() {
    int[] below = {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff};
    var random = new SplittableRandom(1);
    int count = ALL * (below.length + 1);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment floats = arena.allocate(ValueLayout.JAVA_FLOAT, count);
      MemorySegment narrow = arena.allocate(ValueLayout.JAVA_SHORT, count);
      short[] expected = new short[count];
      for (int i = 0; i < count; i++) {
        int kind = i / ALL;
        int bits = kind < below.length ? (i << 16) | below[kind] : random.nextInt();
        floats.setAtIndex(ValueLayout.JAVA_INT, i, bits);
        expected[i] = Bfloat16.fromFloat(Float.intBitsToFloat(bits));
      }

      VectorBfloats.ofFloats(floats, 0, narrow, 0, count);

      assertThat(narrow.toArray(ValueLayout.JAVA_SHORT)).isEqualTo(expected);
    }
  }

  /** Blocks of every length, and nothing beside them. */
  @Test
  void writesWhatItIsAskedFor() {
    int most = 4 * VectorBfloats.LEAST;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment narrow = arena.allocate(ValueLayout.JAVA_SHORT, most + 2);
      MemorySegment floats = arena.allocate(ValueLayout.JAVA_FLOAT, most + 2);
      for (int count = VectorBfloats.LEAST; count <= most; count++) {
        for (int i = 0; i < most + 2; i++) {
          narrow.setAtIndex(ValueLayout.JAVA_SHORT, i, Bfloat16.fromFloat(i));
          floats.setAtIndex(ValueLayout.JAVA_FLOAT, i, UNTOUCHED);
        }
        VectorBfloats.toFloats(narrow, 0, floats, 1, count);
        for (int i = 0; i < most + 2; i++) {
          float expected = i >= 1 && i <= count ? i - 1 : UNTOUCHED;
          assertThat(floats.getAtIndex(ValueLayout.JAVA_FLOAT, i)).isEqualTo(expected);
        }
        short untouched = Bfloat16.fromFloat(UNTOUCHED);
        for (int i = 0; i < most + 2; i++) {
          narrow.setAtIndex(ValueLayout.JAVA_SHORT, i, untouched);
        }
        VectorBfloats.ofFloats(floats, 1, narrow, 1, count);
        for (int i = 0; i < most + 2; i++) {
          short expected = i >= 1 && i <= count ? Bfloat16.fromFloat(i - 1) : untouched;
          assertThat(narrow.getAtIndex(ValueLayout.JAVA_SHORT, i)).isEqualTo(expected);
        }
      }
    }
  }
}
