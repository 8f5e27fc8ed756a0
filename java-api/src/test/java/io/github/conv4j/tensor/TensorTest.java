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
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
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

  @Test
  void valuesThatDoNotFitAreRefusedBeforeAnythingIsAllocated() {
    TensorSpec large = TensorSpec.f32(Layout.NCW, 1 << 20, 1 << 20, 1 << 10);
    TensorSpec bytes = TensorSpec.of(DataType.S8, Layout.NCW, Shape.of(1, 3, 5));
    Arena arena = Arena.ofConfined();
    arena.close();

    // An arena that is closed would say so.
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.ofFloats(large, new float[3], arena))
        .withMessageContainingAll("1048576x1048576x1024", "array has 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.ofFloats(bytes, new float[15], arena))
        .withMessageContaining("S8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Tensor.ofFloats(large.withLayout(Layout.ANY), new float[3], arena));
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
        whole(tensor).fill(-7);
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

  @ParameterizedTest
  @FieldSource("SPECS")
  void fillsItsElementsAndNothingElse(TensorSpec spec) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor filled = Tensor.allocate(spec, arena);
      Tensor expected = Tensor.allocate(spec, arena);
      for (Tensor tensor : List.of(filled, expected)) {
        whole(tensor).fill(-7);
      }
      float[] sevens = new float[(int) spec.shape().elementCount()];
      Arrays.fill(sevens, 77);

      filled.fill(77);

      ElementOffsets.forEach(
          spec, spec, (at, _) -> expected.segment().setAtIndex(ValueLayout.JAVA_FLOAT, at, 77));
      assertThat(filled.toFloatArray()).containsExactly(sevens);
      assertThat(filled.segment().mismatch(expected.segment())).isEqualTo(-1);
    }
  }

  @Test
  void fillsMoreThanABlockAndThePartOfOneThatIsLeft() {
    TensorSpec spec = TensorSpec.f32(Layout.NCW, 1, 3, 700);
    assertThat(spec.shape().elementCount() % Elements.BLOCK).isPositive();
    assertThat(spec.shape().elementCount()).isGreaterThan(Elements.BLOCK);

    fillsItsElementsAndNothingElse(spec);
  }

  /** All floats from the first element to the last. */
  private static Tensor whole(Tensor tensor) {
    long count = tensor.segment().byteSize() / Float.BYTES;
    return Tensor.wrap(TensorSpec.f32(Layout.strided(1), count), tensor.segment());
  }

  @ParameterizedTest
  @FieldSource("SPECS")
  void buffersAndSegmentsOfEveryKindGoInAndOut(TensorSpec spec) {
    float[] values = numbered(spec.shape());
    int byteCount = values.length * Float.BYTES;
    try (Arena arena = Arena.ofConfined()) {
      for (ByteOrder order : List.of(ByteOrder.BIG_ENDIAN, ByteOrder.LITTLE_ENDIAN)) {
        List<FloatBuffer> buffers =
            List.of(
                ByteBuffer.allocate(byteCount + 7)
                    .order(order)
                    .slice(3, byteCount)
                    .order(order)
                    .asFloatBuffer(),
                ByteBuffer.allocateDirect(byteCount).order(order).asFloatBuffer(),
                FloatBuffer.allocate(values.length + 5).position(2).limit(values.length + 2));
        for (FloatBuffer buffer : buffers) {
          int position = buffer.position();
          buffer.put(position, values);
          Tensor tensor = Tensor.allocate(spec, arena);

          tensor.copyFrom(buffer.asReadOnlyBuffer());
          assertThat(tensor.toFloatArray()).containsExactly(values);
          buffer.put(position, new float[values.length]);
          tensor.copyTo(buffer);

          assertThat(buffer.position()).isEqualTo(position);
          assertThat(buffer.remaining()).isEqualTo(values.length);
          float[] out = new float[values.length];
          buffer.get(position, out);
          assertThat(out).containsExactly(values);
        }
      }
      List<MemorySegment> segments =
          List.of(
              arena.allocate(byteCount + 1).asSlice(1),
              MemorySegment.ofArray(new byte[byteCount]),
              MemorySegment.ofArray(new float[values.length]));
      for (MemorySegment segment : segments) {
        Tensor tensor = Tensor.allocate(spec, arena);
        segment.copyFrom(MemorySegment.ofArray(values));
        tensor.copyFrom(segment.asReadOnly());
        assertThat(tensor.toFloatArray()).containsExactly(values);
        segment.fill((byte) 0);
        tensor.copyTo(segment);
        assertThat(segment.mismatch(MemorySegment.ofArray(values))).isEqualTo(-1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DataType.class)
  void reordersSlicesAndCopiesEveryType(DataType type) {
    Shape shape = Shape.of(2, 9, 5, 7);
    byte[] values = new byte[(int) shape.elementCount() * type.byteSize()];
    new Random(7).nextBytes(values);
    TensorSpec last = TensorSpec.of(type, Layout.NHWC, shape);
    TensorSpec first = TensorSpec.of(type, Layout.NCHW, shape);
    TensorSpec gaps = TensorSpec.of(type, Layout.strided(1000, 1, 80, 11), shape);
    try (Arena arena = Arena.ofConfined()) {
      for (TensorSpec from : List.of(last, first, gaps)) {
        for (TensorSpec to : List.of(last, first, gaps)) {
          Tensor src = Tensor.allocate(from, arena);
          Tensor dst = Tensor.allocate(to, arena);
          byte[] out = new byte[values.length];
          src.copyFrom(MemorySegment.ofArray(values));
          src.reorderTo(dst);
          dst.copyTo(MemorySegment.ofArray(out));
          assertThat(out).containsExactly(values);

          dst.image(1).copyTo(MemorySegment.ofArray(out).asSlice(0, values.length / 2));
          assertThat(Arrays.copyOf(out, values.length / 2))
              .containsExactly(Arrays.copyOfRange(values, values.length / 2, values.length));
        }
      }
    }
  }

  @Test
  void copiesKeepTheBitsOfNotANumber() {
    int[] bits = {0x7f800001, 0xffc12345, 0x7fffffff, 0x80000000, 1, 0xff800000};
    TensorSpec from = TensorSpec.f32(Layout.NCW, 1, 2, 3);
    try (Arena arena = Arena.ofConfined()) {
      Tensor src = Tensor.wrap(from, arena.allocateFrom(ValueLayout.JAVA_INT, bits));
      for (Layout layout : List.of(Layout.NCW, Layout.NWC, Layout.strided(20, 7, 2))) {
        Tensor dst = Tensor.allocate(TensorSpec.f32(layout, 1, 2, 3), arena);
        int[] out = new int[bits.length];
        src.reorderTo(dst);
        dst.copyTo(MemorySegment.ofArray(out));
        assertThat(out).containsExactly(bits);
      }
    }
  }

  @ParameterizedTest
  @FieldSource("SPECS")
  void aSliceIsAViewOfAPart(TensorSpec spec) {
    boolean blocked = spec.layout() instanceof Layout.Blocked;
    Shape shape = spec.shape();
    int rank = shape.rank();
    var random = new Random(rank);
    try (Arena arena = Arena.ofConfined()) {
      Tensor whole = Tensor.ofFloats(spec, numbered(shape), arena);
      for (int round = 0; round < 50; round++) {
        long[] begin = new long[rank];
        long[] size = new long[rank];
        for (int axis = 0; axis < rank; axis++) {
          boolean cut = !blocked || axis > 1;
          begin[axis] = cut ? random.nextLong(shape.dim(axis)) : 0;
          size[axis] = cut ? 1 + random.nextLong(shape.dim(axis) - begin[axis]) : shape.dim(axis);
        }
        Tensor part = whole.slice(begin, size);

        assertThat(part.spec().shape()).isEqualTo(Shape.of(size));
        float[] values = part.toFloatArray();
        long[] index = new long[rank];
        for (int i = 0; i < values.length; i++) {
          unravel(i, part.spec().shape(), index);
          long[] there = new long[rank];
          Arrays.setAll(there, axis -> begin[axis] + index[axis]);
          assertThat(values[i]).isEqualTo(whole.getFloat(there));
          assertThat(part.address() + 4 * part.spec().elementOffset(index))
              .isEqualTo(whole.address() + 4 * spec.elementOffset(there));
        }
        part.fill(-round);
        assertThat(part.toFloatArray()).containsOnly(-round);
        assertThat(count(whole, -round)).isEqualTo(values.length);
        part.copyFrom(values);
      }
      assertThat(whole.toFloatArray()).containsExactly(numbered(shape));
    }
  }

  private static int count(Tensor tensor, float value) {
    int count = 0;
    for (float element : tensor.toFloatArray()) {
      count += element == value ? 1 : 0;
    }
    return count;
  }

  @Test
  void slicesWithoutGapsKeepTheirLayout() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor batch = Tensor.allocate(TensorSpec.f32(Layout.NHWC, 3, 4, 5, 7), arena);

      assertThat(batch.image(2).spec().layout()).isEqualTo(Layout.NHWC);
      assertThat(batch.image(2).spec()).isEqualTo(TensorSpec.f32(Layout.NHWC, 1, 4, 5, 7));
      assertThat(batch.image(2).address()).isEqualTo(batch.address() + 4 * 2 * 140);
      Tensor rows = batch.slice(new long[] {1, 0, 2, 0}, new long[] {1, 4, 3, 7});
      assertThat(rows.spec()).isEqualTo(TensorSpec.f32(Layout.NHWC, 1, 4, 3, 7));
      Tensor channels = batch.slice(new long[] {0, 1, 0, 0}, new long[] {3, 2, 5, 7});
      assertThat(channels.spec())
          .isEqualTo(TensorSpec.f32(Layout.strided(140, 1, 28, 4), 3, 2, 5, 7))
          .hasToString("f32 strided(140,1,28,4) 3x2x5x7");
    }
  }

  @Test
  void slicesAreRefusedWhereThereIsNothing() {
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Tensor.allocate(TensorSpec.f32(Layout.NWC, 2, 3, 5), arena);
      long[] zeros = new long[3];
      for (long[] size : new long[][] {{3, 1, 1}, {1, 0, 1}, {1, 1, -1}, {1, 1, Long.MAX_VALUE}}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> tensor.slice(zeros, size))
            .withMessageContaining("2x3x5");
      }
      for (long[] begin : new long[][] {{2, 0, 0}, {-1, 0, 0}, {0, Long.MAX_VALUE, 0}}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> tensor.slice(begin, new long[] {1, 1, 1}))
            .withMessageContaining("2x3x5");
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tensor.slice(zeros, new long[2]))
          .withMessageContainingAll("[0, 0]", "each dimension");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tensor.image(2))
          .withMessage("a slice of 1 from 2 along axis 0 is not inside shape 2x3x5");
      Tensor blocks =
          Tensor.allocate(
              TensorSpec.f32(
                  new Layout.Blocked(List.of(80L, 40L, 8L), List.of(1), List.of(8)), 2, 9, 5),
              arena);
      for (long[] cut : new long[][] {{4, 4}, {0, 4}, {1, 8}}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> blocks.slice(new long[] {0, cut[0], 0}, new long[] {2, cut[1], 5}))
            .withMessageContaining("cuts through the blocks of 8");
      }
      assertThat(blocks.slice(new long[] {1, 8, 0}, new long[] {1, 1, 5}).address())
          .isEqualTo(blocks.address() + 4 * 120);
    }
  }

  @Test
  void aReadOnlyViewReadsAndRefusesEveryWrite() {
    TensorSpec spec = TensorSpec.f32(Layout.NWC, 2, 2, 3);
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = Tensor.ofFloats(spec, numbered(spec.shape()), arena);
      Tensor view = tensor.asReadOnly();

      assertThat(view.isReadOnly()).isTrue();
      assertThat(view.asReadOnly()).isSameAs(view);
      assertThat(view.image(1).isReadOnly()).isTrue();
      assertThat(view.toFloatArray()).containsExactly(numbered(spec.shape()));
      assertThat(view.spec()).isEqualTo(tensor.spec());
      List<Runnable> writes =
          List.of(
              () -> view.fill(1),
              () -> view.setFloat(1, 0, 0, 0),
              () -> view.copyFrom(new float[12]),
              () -> view.copyFrom(FloatBuffer.allocate(12)),
              () -> view.copyFrom(MemorySegment.ofArray(new float[12])),
              () -> view.image(0).fill(1),
              () -> tensor.image(0).reorderTo(view.image(1)));
      for (Runnable write : writes) {
        assertThatIllegalArgumentException()
            .isThrownBy(write::run)
            .withMessageContainingAll("f32 NWC", "read-only");
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tensor.copyTo(FloatBuffer.allocate(12).asReadOnlyBuffer()))
          .withMessageContaining("read-only buffer");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tensor.copyTo(MemorySegment.ofArray(new float[12]).asReadOnly()))
          .withMessageContaining("read-only segment");
    }
  }

  @Test
  void copiesRefuseOverlapAndOtherSizes() {
    TensorSpec spec = TensorSpec.f32(Layout.NWC, 1, 2, 3);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(64, 64);
      Tensor tensor = Tensor.wrap(spec, memory);
      FloatBuffer same = memory.asByteBuffer().order(ByteOrder.nativeOrder()).asFloatBuffer();
      FloatBuffer swapped =
          memory.asByteBuffer().order(ByteOrder.BIG_ENDIAN).slice(20, 24).asFloatBuffer();

      List<Runnable> overlapping =
          List.of(
              () -> tensor.copyFrom(memory.asSlice(20, 24)),
              () -> tensor.copyTo(memory.asSlice(0, 24)),
              () -> tensor.copyFrom(same.slice(5, 6)),
              () -> tensor.copyTo(same.slice(0, 6)),
              () -> tensor.copyTo(swapped));
      for (Runnable copy : overlapping) {
        assertThatIllegalArgumentException()
            .isThrownBy(copy::run)
            .withMessageContaining("overlaps");
      }
      tensor.copyFrom(memory.asSlice(24, 24));
      for (int size : new int[] {0, 23, 25, 28}) {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> tensor.copyFrom(MemorySegment.ofArray(new byte[size])))
            .withMessageContainingAll("24 bytes", "has " + size);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> tensor.copyTo(MemorySegment.ofArray(new byte[size])))
            .withMessageContainingAll("24 bytes", "has " + size);
      }
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tensor.copyFrom(FloatBuffer.allocate(5)))
          .withMessageContainingAll("6 elements", "buffer has 5");
      assertThatIllegalArgumentException().isThrownBy(() -> tensor.copyTo(FloatBuffer.allocate(7)));
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
          Tensor.allocate(TensorSpec.of(DataType.S8, Layout.NCW, Shape.of(1, 2, 3)), arena);

      assertThat(tensor.segment().byteSize()).isEqualTo(6);
      assertThatIllegalArgumentException()
          .isThrownBy(tensor::toFloatArray)
          .withMessageContaining("S8");
      assertThatIllegalArgumentException().isThrownBy(() -> tensor.fill(0));
      assertThatIllegalArgumentException().isThrownBy(() -> tensor.getFloat(0, 0, 0));
      Tensor shorts = Tensor.allocate(tensor.spec().withDataType(DataType.BF16), arena);
      assertThatIllegalArgumentException().isThrownBy(() -> shorts.fill(0));
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
