package io.github.conv4j.internal.vector.bytes;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.tensor.Bfloat16;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class VectorBfloat16Test {
  private static final int ALL = 1 << Short.SIZE;

  /**
   * With all upper halves, and lower ones around the middle; NaNs and infinities are among them.
   */
  @Test
  void roundingIsTheDefinition() {
    int[] lower = {0, 1, 0x7fff, 0x8000, 0x8001, 0xffff};
    int count = ALL * lower.length;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment src = arena.allocate(ValueLayout.JAVA_INT, count);
      MemorySegment dst = arena.allocate(ValueLayout.JAVA_SHORT, count);
      for (int i = 0; i < count; i++) {
        src.setAtIndex(
            ValueLayout.JAVA_INT, i, ((i / lower.length) << 16) | lower[i % lower.length]);
      }
      var random = new SplittableRandom(1);
      for (int at = 0, length = 1; at < count; at += length) {
        length = Math.min(count - at, random.nextInt(VectorBfloat16.LEAST, 600));
        if (length < VectorBfloat16.LEAST) {
          break;
        }
        VectorBfloat16.round(src, at, dst, at, length);
        for (int i = at; i < at + length; i++) {
          short expected = Bfloat16.fromFloat(src.getAtIndex(ValueLayout.JAVA_FLOAT, i));
          assertThat(dst.getAtIndex(ValueLayout.JAVA_SHORT, i)).isEqualTo(expected);
        }
      }
    }
  }

  @Test
  void allAreFloats() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment src = arena.allocate(ValueLayout.JAVA_SHORT, ALL);
      MemorySegment dst = arena.allocate(ValueLayout.JAVA_INT, ALL);
      for (int i = 0; i < ALL; i++) {
        src.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) i);
      }
      VectorBfloat16.toFloats(src, 1, dst, 1, ALL - 1);
      for (int i = 1; i < ALL; i++) {
        assertThat(dst.getAtIndex(ValueLayout.JAVA_INT, i)).isEqualTo(i << Short.SIZE);
      }
    }
  }
}
