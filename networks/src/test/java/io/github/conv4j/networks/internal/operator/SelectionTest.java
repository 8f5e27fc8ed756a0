package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What picks elements by index, by rank or by a condition. */
class SelectionTest {
  /** Returns floats of the same bytes. */
  private static float[] bits(byte[] bytes) {
    float[] floats = new float[bytes.length / Float.BYTES];
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
    return floats;
  }

  private static float[] bits(long[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(values.length * Long.BYTES);
    bytes.order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().put(values);
    return bits(bytes.array());
  }

  @Test
  void lookup() {
    var random = new Random(21);
    for (int[] shape : new int[][] {{1, 1, 1, 1}, {3, 7, 1, 5}, {40, 9, 33, 4}, {2, 500, 600, 3}}) {
      int outer = shape[0];
      int axis = shape[1];
      int inner = shape[2];
      long[] indices = random.longs(shape[3], -axis, axis).toArray();
      float[] src = OperatorRun.gaussians(random, (long) outer * axis * inner);
      float[] expected = new float[outer * indices.length * inner];
      for (int i = 0; i < expected.length; i++) {
        int index = (int) indices[i / inner % indices.length];
        int from = i / inner / indices.length * axis + (index < 0 ? index + axis : index);
        expected[i] = src[from * inner + i % inner];
      }
      for (Loops loops : OperatorRun.loops()) {
        Primitive primitive =
            OperatorRun.make(loops, () -> new Lookup(outer, axis, inner, indices.length, true, 2));
        assertThat(OperatorRun.floats(primitive, expected.length, src, bits(indices)))
            .isEqualTo(expected);
      }
    }
  }

  @Test
  void lookupOutsideIsRefused() {
    for (long wrong : new long[] {5, -6, Long.MAX_VALUE}) {
      assertThatThrownBy(
              () ->
                  OperatorRun.floats(
                      new Lookup(2, 5, 3, 1, true, 1), 6, new float[30], bits(new long[] {wrong})))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("index %d is outside of an axis of 5", wrong);
    }
    float[] int32 = {Float.intBitsToFloat(7), 0};
    assertThatThrownBy(
            () -> OperatorRun.floats(new Lookup(1, 5, 3, 1, false, 1), 3, new float[15], int32))
        .hasMessageContaining("index 7");
  }

  @Test
  void top() {
    var random = new Random(22);
    int[][] shapes = {{1, 1, 1, 1}, {3, 50, 1, 5}, {2, 40, 7, 40}, {400, 100, 1, 1}, {1, 9, 3, 8}};
    for (int[] shape : shapes) {
      // Whole numbers: many are equal.
      float[] src = OperatorRun.integers(random, (long) shape[0] * shape[1] * shape[2]);
      for (int i = 0; i < src.length; i += 13) {
        src[i] = i % 2 == 0 ? Float.NaN : -0f;
      }
      for (boolean isLargest : new boolean[] {false, true}) {
        top(shape, src, isLargest);
      }
    }
  }

  private static void top(int[] shape, float[] src, boolean isLargest) {
    int inner = shape[2];
    int count = shape[3];
    int lanes = shape[0] * inner;
    float[] numbers = new float[lanes * count];
    long[] places = new long[lanes * count];
    for (int lane = 0; lane < lanes; lane++) {
      int from = lane / inner * shape[1] * inner + lane % inner;
      Comparator<Integer> order =
          (a, b) -> {
            float x = src[from + a * inner];
            float y = src[from + b * inner];
            int sign = isLargest ? -1 : 1;
            return x == y ? 0 : sign * Float.compare(x, y);
          };
      List<Integer> sorted =
          IntStream.range(0, shape[1]).boxed().sorted(order).limit(count).toList();
      for (int i = 0; i < count; i++) {
        int to = lane / inner * count * inner + i * inner + lane % inner;
        places[to] = sorted.get(i);
        numbers[to] = src[from + sorted.get(i) * inner];
      }
    }
    var primitive = new TopElements(isLargest, shape[0], shape[1], inner, count, 2);
    assertThat(OperatorRun.floats(primitive, numbers.length, src, bits(places))).isEqualTo(numbers);
    try (Arena arena = Arena.ofConfined();
        BoundPrimitive bound = primitive.bind(MemorySegment.NULL, false)) {
      MemorySegment found = arena.allocate(JAVA_LONG, places.length);
      bound.runAlone(
          arena.allocateFrom(JAVA_FLOAT, src),
          arena.allocate(JAVA_FLOAT, numbers.length),
          new MemorySegment[] {found});
      assertThat(found.toArray(JAVA_LONG)).isEqualTo(places);
    }
  }

  @Test
  void choice() {
    var random = new Random(23);
    long[][][] shapes = {
      {{2, 3, 4}, {2, 3, 4}, {2, 3, 4}},
      {{4, 1}, {1}, {4, 5}},
      {{12}, {3, 1, 12}, {5, 1}},
      {{4, 1, 1}, {1, 7, 1}, {1, 1, 9000}},
      {{1, 4}, {1}, {1}}
    };
    for (long[][] shape : shapes) {
      long[] dims = Broadcast.dims(Broadcast.dims(shape[0], shape[1]), shape[2]);
      byte[] condition = new byte[(int) Sizes.product("condition", shape[0])];
      for (int i = 0; i < condition.length; i++) {
        condition[i] = (byte) random.nextInt(2);
      }
      float[] first = OperatorRun.gaussians(random, Sizes.product("first", shape[1]));
      float[] second = OperatorRun.gaussians(random, Sizes.product("second", shape[2]));
      float[] expected = new float[(int) Sizes.product("dst", dims)];
      for (int i = 0; i < expected.length; i++) {
        expected[i] =
            condition[at(i, dims, shape[0])] != 0
                ? first[at(i, dims, shape[1])]
                : second[at(i, dims, shape[2])];
      }
      var primitive = new Choice(shape[0], shape[1], shape[2], false, 2);
      assertThat(OperatorRun.floats(primitive, expected.length, bits(condition), first, second))
          .isEqualTo(expected);
    }
  }

  /** Returns where an element is in an array that is repeated along some axes. */
  private static int at(int element, long[] dims, long[] side) {
    int rest = element;
    int at = 0;
    int step = 1;
    for (int i = 1; i <= dims.length; i++) {
      int index = (int) (rest % dims[dims.length - i]);
      rest /= (int) dims[dims.length - i];
      if (i <= side.length) {
        int size = (int) side[side.length - i];
        at += size == 1 ? 0 : index * step;
        step *= size;
      }
    }
    return at;
  }

  @Test
  void choiceOfLongs() {
    byte[] condition = {1, 0, 0, 1};
    long[] first = {1L << 40, 2, 3, -4};
    var primitive = new Choice(new long[] {4}, new long[] {4}, new long[] {1}, true, 1);
    float[] second = bits(new long[] {7});
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment dst =
          OperatorRun.run(primitive, arena, 32, null, bits(condition), bits(first), second);
      assertThat(dst.toArray(JAVA_LONG)).containsExactly(1L << 40, 7, 7, -4);
    }
  }

  @Test
  void conversion() {
    var random = new Random(24);
    float[] src = new float[5000];
    long[] expected = new long[src.length];
    for (int i = 0; i < src.length; i++) {
      src[i] = (float) random.nextGaussian() * 1000;
      expected[i] = (long) src[i];
    }
    var toLongs = new Conversion(Conversion.Kind.FLOAT, Conversion.Kind.INT64, src.length, 2);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment dst = OperatorRun.run(toLongs, arena, 8L * src.length, null, src);
      assertThat(dst.toArray(JAVA_LONG)).isEqualTo(expected);
    }
    byte[] pixels = new byte[5000];
    random.nextBytes(pixels);
    float[] floats = new float[pixels.length];
    for (int i = 0; i < pixels.length; i++) {
      floats[i] = Byte.toUnsignedInt(pixels[i]);
    }
    var toFloats = new Conversion(Conversion.Kind.UINT8, Conversion.Kind.FLOAT, pixels.length, 2);
    // Not as floats, of which some would be no numbers and lose their bits.
    try (Arena arena = Arena.ofConfined();
        BoundPrimitive bound = toFloats.bind(MemorySegment.NULL, false)) {
      MemorySegment dst = arena.allocate(JAVA_FLOAT, pixels.length);
      bound.runAlone(MemorySegment.ofArray(pixels), dst, new MemorySegment[0]);
      assertThat(dst.toArray(JAVA_FLOAT)).isEqualTo(floats);
    }
  }

  @Test
  void refusals() {
    assertThatThrownBy(() -> new TopElements(true, 1, 3, 1, 4, 1))
        .hasMessageContainingAll("4", "3");
    assertThatThrownBy(() -> new TopElements(true, 1, 3, 1, 0, 1)).hasMessageContaining("count");
    assertThatThrownBy(() -> new Lookup(1, 0, 1, 1, true, 1))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Choice(new long[] {2}, new long[] {3}, new long[] {1}, false, 1))
        .hasMessageContaining("differ");
    assertThatThrownBy(() -> new Conversion(Conversion.Kind.BOOL, Conversion.Kind.FLOAT, 0, 1))
        .hasMessageContaining("elementCount");
  }
}
