package io.github.conv4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.IntBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.MethodSource;

class TensorTest {
  /** Every kind of layout, each on a shape with primes. */
  static final List<TensorSpec> SPECS =
      List.of(
          TensorSpec.f32(Layout.NCW, 2, 3, 5),
          TensorSpec.f32(Layout.NWC, 2, 3, 5),
          TensorSpec.f32(Layout.NCHW, 2, 3, 5, 7),
          TensorSpec.f32(Layout.NHWC, 2, 3, 5, 7),
          TensorSpec.f32(Layout.NCDHW, 2, 3, 2, 5, 7),
          TensorSpec.f32(Layout.NDHWC, 2, 3, 2, 5, 7),
          TensorSpec.f32(Layout.strided(105, 35, 7, 1), 2, 3, 5, 7),
          TensorSpec.f32(Layout.strided(1, 2, 1000, 10), 2, 3, 5, 7),
          TensorSpec.f32(Layout.strided(7), 11),
          TensorSpec.weights(Shape.of(3, 2, 5, 7)),
          TensorSpec.bias(13),
          TensorSpec.f32(
              new Layout.Blocked(List.of(560L, 280L, 56L, 8L), List.of(1), List.of(8)), 2, 9, 5, 7),
          TensorSpec.f32(
              new Layout.Blocked(List.of(64L, 32L, 32L, 16L), List.of(1, 0), List.of(4, 4)),
              3,
              5,
              1,
              2));

  static Stream<TensorSpec[]> pairs() {
    return SPECS.stream()
        .flatMap(
            from ->
                SPECS.stream()
                    .filter(to -> to.shape().equals(from.shape()))
                    .map(to -> new TensorSpec[] {from, to}));
  }

  @ParameterizedTest
  @FieldSource("SPECS")
  void arraysGoInAndOutInRowMajorOrder(TensorSpec spec) {
    try (Arena arena = Arena.ofConfined()) {
      float[] values = numbered(spec.shape());
      Tensor tensor = Tensor.ofFloats(spec, values, arena);

      assertThat(tensor.toFloatArray()).containsExactly(values);
      long[] index = new long[spec.shape().rank()];
      for (int i = 0; i < values.length; i++) {
        unravel(i, spec.shape(), index);
        assertThat(tensor.getFloat(index)).isEqualTo(values[i]);
        assertThat(tensor.segment().getAtIndex(ValueLayout.JAVA_FLOAT, spec.elementOffset(index)))
            .isEqualTo(values[i]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("pairs")
  void reordersIntoEveryLayout(TensorSpec from, TensorSpec to) {
    try (Arena arena = Arena.ofConfined()) {
      float[] values = numbered(from.shape());
      Tensor src = Tensor.ofFloats(from, values, arena);
      Tensor dst = Tensor.allocate(to, arena);

      src.reorderTo(dst);

      assertThat(dst.toFloatArray()).containsExactly(values);
    }
  }

  @Test
  void gapsOfAStridedTensorAreLeftAlone() {
    TensorSpec gaps = TensorSpec.f32(Layout.strided(20, 6, 2), 2, 3, 3);
    try (Arena arena = Arena.ofConfined()) {
      Tensor viaArray = Tensor.allocate(gaps, arena);
      Tensor viaReorder = Tensor.allocate(gaps, arena);
      Tensor viaEqualSpec = Tensor.allocate(gaps, arena);
      for (Tensor tensor : List.of(viaArray, viaReorder, viaEqualSpec)) {
        tensor.fill(-7);
      }
      float[] values = numbered(gaps.shape());

      viaArray.copyFrom(values);
      Tensor.ofFloats(TensorSpec.f32(Layout.NWC, 2, 3, 3), values, arena).reorderTo(viaReorder);
      viaArray.reorderTo(viaEqualSpec);

      int written = 0;
      for (long i = 0; i < gaps.byteSize() / 4; i++) {
        float value = viaArray.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i);
        written += value == -7 ? 0 : 1;
        assertThat(viaReorder.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i)).isEqualTo(value);
        assertThat(viaEqualSpec.segment().getAtIndex(ValueLayout.JAVA_FLOAT, i)).isEqualTo(value);
      }
      assertThat(written).isEqualTo(values.length);
    }
  }

  @Test
  void allocatesZeroesOnACacheLine() {
    try (Arena arena = Arena.ofConfined()) {
      for (int i = 0; i < 20; i++) {
        Tensor tensor = Tensor.allocate(TensorSpec.f32(Layout.NCW, 1, 1, 3 + i), arena);

        assertThat(tensor.address() % Tensor.ALIGNMENT_BYTES).isZero();
        assertThat(tensor.toFloatArray()).containsOnly(0);
        assertThat(tensor.segment().byteSize()).isEqualTo(tensor.spec().byteSize());
      }
    }
  }

  @Test
  void wrapsASegmentWithoutACopy() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(100, 8);
      Tensor tensor = Tensor.wrap(TensorSpec.f32(Layout.NCW, 1, 2, 3), memory.asSlice(12));
      tensor.setFloat(42, 0, 1, 2);

      assertThat(memory.get(ValueLayout.JAVA_FLOAT, 12 + 4 * 5)).isEqualTo(42);
      assertThat(tensor.address()).isEqualTo(memory.address() + 12);
      assertThat(tensor.segment().byteSize()).isEqualTo(24);
    }
  }

  @Test
  @SuppressWarnings("restricted") // what another library's pointer becomes
  void wrapsForeignMemory() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(24, 4);
      memory.set(ValueLayout.JAVA_FLOAT, 20, 5);
      MemorySegment foreign = MemorySegment.ofAddress(memory.address());
      TensorSpec spec = TensorSpec.f32(Layout.NCW, 1, 2, 3);

      assertThat(Tensor.wrap(spec, foreign.reinterpret(24)).getFloat(0, 1, 2)).isEqualTo(5);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.wrap(spec, foreign))
          .withMessageContainingAll("24 bytes", "has 0");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.wrap(spec, MemorySegment.NULL.reinterpret(24)))
          .withMessageContaining("address 0");
    }
  }

  @Test
  void wrapsDirectBuffersBetweenPositionAndLimit() {
    ByteBuffer bytes = ByteBuffer.allocateDirect(64).order(ByteOrder.nativeOrder());
    FloatBuffer floats = bytes.asFloatBuffer();
    for (int i = 0; i < 16; i++) {
      floats.put(i, i);
    }
    TensorSpec spec = TensorSpec.f32(Layout.NCW, 1, 2, 3);

    assertThat(Tensor.wrap(spec, floats.slice(3, 6)).toFloatArray())
        .containsExactly(3, 4, 5, 6, 7, 8);
    assertThat(Tensor.wrap(spec, floats.duplicate().position(4)).toFloatArray())
        .containsExactly(4, 5, 6, 7, 8, 9);
    assertThat(Tensor.wrap(spec, bytes.duplicate().position(20)).toFloatArray())
        .containsExactly(5, 6, 7, 8, 9, 10);
    assertThat(Tensor.wrap(spec, floats.asReadOnlyBuffer()).isReadOnly()).isTrue();
    Tensor.wrap(spec, floats).setFloat(99, 0, 0, 1);
    assertThat(floats.get(1)).isEqualTo(99);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.wrap(spec, floats.duplicate().position(11)))
        .withMessageContainingAll("24 bytes", "has 20");
  }

  @Test
  void refusesBuffersInForeignByteOrder() {
    ByteOrder foreign =
        ByteOrder.nativeOrder() == ByteOrder.BIG_ENDIAN
            ? ByteOrder.LITTLE_ENDIAN
            : ByteOrder.BIG_ENDIAN;
    ByteBuffer bytes = ByteBuffer.allocateDirect(64).order(foreign);
    TensorSpec floats = TensorSpec.f32(Layout.NCW, 1, 2, 3);
    TensorSpec integers = TensorSpec.of(DataType.S32, Layout.NCW, Shape.of(1, 2, 3));

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.wrap(floats, bytes.asFloatBuffer()))
        .withMessageContainingAll(ByteOrder.nativeOrder().toString(), foreign.toString());
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.wrap(integers, bytes.asIntBuffer()))
        .withMessageContainingAll(ByteOrder.nativeOrder().toString(), foreign.toString());
  }

  @Test
  void refusesHeapMemory() {
    TensorSpec spec = TensorSpec.f32(Layout.NCW, 1, 2, 3);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.wrap(spec, MemorySegment.ofArray(new float[6])))
        .withMessageContainingAll("f32 NCW 1x2x3", "on the heap");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.wrap(spec, FloatBuffer.allocate(6)))
        .withMessageContaining("direct buffer");
    assertThatIllegalArgumentException().isThrownBy(() -> Tensor.wrap(spec, IntBuffer.allocate(6)));
  }

  @Test
  void refusesMisalignedAndTooSmall() {
    TensorSpec spec = TensorSpec.f32(Layout.NCW, 1, 2, 3);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(64, 64);

      for (long offset = 1; offset < 4; offset++) {
        MemorySegment odd = memory.asSlice(offset);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> Tensor.wrap(spec, odd))
            .withMessageContainingAll("multiple of 4", "0x%x".formatted(odd.address()));
      }
      assertThat(
              Tensor.wrap(
                      TensorSpec.of(DataType.U8, Layout.NCW, Shape.of(1, 2, 3)), memory.asSlice(1))
                  .address())
          .isEqualTo(memory.address() + 1);
      for (long size = 0; size < 24; size += 4) {
        MemorySegment small = memory.asSlice(0, size);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> Tensor.wrap(spec, small))
            .withMessageContainingAll("24 bytes", "has " + small.byteSize());
      }
    }
  }

  @Test
  void refusesAny() {
    TensorSpec any = TensorSpec.f32(Layout.ANY, 1, 2, 3);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(64);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> Tensor.allocate(any, arena))
          .withMessageContaining("prepared convolution");
      assertThatIllegalArgumentException().isThrownBy(() -> Tensor.wrap(any, memory));
    }
  }

  @Test
  void refusesWritesToReadOnlyMemory() {
    TensorSpec spec = TensorSpec.f32(Layout.NCW, 1, 2, 3);
    try (Arena arena = Arena.ofConfined()) {
      Tensor readable = Tensor.wrap(spec, arena.allocate(24, 4).asReadOnly());
      Tensor src = Tensor.allocate(spec, arena);

      assertThat(readable.isReadOnly()).isTrue();
      assertThat(src.isReadOnly()).isFalse();
      assertThat(readable.toFloatArray()).containsOnly(0);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> src.reorderTo(readable))
          .withMessageContaining("read-only");
      assertThatIllegalArgumentException().isThrownBy(() -> readable.copyFrom(new float[6]));
      assertThatIllegalArgumentException().isThrownBy(() -> readable.fill(1));
      assertThatIllegalArgumentException().isThrownBy(() -> readable.setFloat(1, 0, 0, 0));
    }
  }

  @Test
  void aClosedArenaIsAnIllegalState() {
    TensorSpec spec = TensorSpec.f32(Layout.NCW, 1, 2, 3);
    for (Arena arena : List.of(Arena.ofConfined(), Arena.ofShared())) {
      MemorySegment memory = arena.allocate(64, 64);
      Tensor tensor = Tensor.wrap(spec, memory);
      arena.close();

      assertThatIllegalStateException().isThrownBy(tensor::toFloatArray);
      assertThatIllegalStateException().isThrownBy(() -> tensor.copyFrom(new float[6]));
      assertThatIllegalStateException().isThrownBy(() -> tensor.fill(0));
      assertThatIllegalStateException().isThrownBy(() -> tensor.getFloat(0, 0, 0));
      assertThatIllegalStateException().isThrownBy(() -> Tensor.wrap(spec, memory));
      assertThatIllegalStateException().isThrownBy(() -> Tensor.allocate(spec, arena));
      assertThat(tensor.toString()).contains("1x2x3");
    }
  }

  @Test
  void aConfinedArenaKeepsOtherThreadsOut() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Tensor.allocate(TensorSpec.f32(Layout.NWC, 1, 2, 3), arena);

      CompletableFuture<float[]> elsewhere = CompletableFuture.supplyAsync(tensor::toFloatArray);

      assertThat(elsewhere)
          .failsWithin(Duration.ofSeconds(20))
          .withThrowableThat()
          .havingCause()
          .isInstanceOf(WrongThreadException.class);
    }
  }

  @Test
  void refusesOverlapAndOtherShapesInReorders() {
    TensorSpec spec = TensorSpec.f32(Layout.NCW, 1, 2, 3);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(64, 64);
      Tensor first = Tensor.wrap(spec, memory);
      Tensor second = Tensor.wrap(spec, memory.asSlice(20));
      Tensor apart = Tensor.wrap(spec, memory.asSlice(24));

      assertThat(first.overlaps(second)).isTrue();
      assertThat(second.overlaps(first)).isTrue();
      assertThat(first.overlaps(first)).isTrue();
      assertThat(first.overlaps(apart)).isFalse();
      assertThat(apart.overlaps(first)).isFalse();
      assertThatIllegalArgumentException()
          .isThrownBy(() -> first.reorderTo(second))
          .withMessageContaining("overlap");
      Tensor other = Tensor.allocate(TensorSpec.f32(Layout.NCW, 1, 3, 2), arena);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> first.reorderTo(other))
          .withMessageContainingAll("1x2x3", "1x3x2");
    }
  }

  @Test
  void refusesWrongNumbersOfValues() {
    try (Arena arena = Arena.ofConfined()) {
      TensorSpec spec = TensorSpec.f32(Layout.NWC, 1, 2, 3);
      Tensor tensor = Tensor.allocate(spec, arena);
      for (int length : new int[] {0, 5, 7}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> tensor.copyFrom(new float[length]))
            .withMessageContainingAll("6 elements", "array has " + length);
        assertThatIllegalArgumentException().isThrownBy(() -> tensor.copyTo(new float[length]));
        assertThatIllegalArgumentException()
            .isThrownBy(() -> Tensor.ofFloats(spec, new float[length], arena));
      }
    }
  }

  @Test
  void refusesFloatsForOtherTypes() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor =
          Tensor.allocate(TensorSpec.of(DataType.BF16, Layout.NCW, Shape.of(1, 2, 3)), arena);

      assertThat(tensor.segment().byteSize()).isEqualTo(12);
      assertThatIllegalArgumentException()
          .isThrownBy(tensor::toFloatArray)
          .withMessageContaining("BF16");
      assertThatIllegalArgumentException().isThrownBy(() -> tensor.fill(0));
      assertThatIllegalArgumentException().isThrownBy(() -> tensor.getFloat(0, 0, 0));
      assertThatIllegalArgumentException().isThrownBy(() -> tensor.copyFrom(new float[6]));
    }
  }

  @Test
  void refusesIndicesOutside() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Tensor.allocate(TensorSpec.f32(Layout.NWC, 1, 2, 3), arena);

      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> tensor.getFloat(0, 2, 0));
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> tensor.setFloat(1, 0, 0, -1));
    }
  }

  private static float[] numbered(Shape shape) {
    float[] values = new float[(int) shape.elementCount()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i + 1;
    }
    return values;
  }

  private static void unravel(long element, Shape shape, long[] index) {
    long rest = element;
    for (int axis = index.length - 1; axis >= 0; axis--) {
      index[axis] = rest % shape.dim(axis);
      rest /= shape.dim(axis);
    }
  }
}
