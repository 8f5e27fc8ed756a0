package io.github.conv4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TensorSpecTest {
  @Test
  void plainStrides() {
    assertThat(TensorSpec.f32(Layout.NCW, 2, 3, 5).strides()).containsExactly(15, 5, 1);
    assertThat(TensorSpec.f32(Layout.NWC, 2, 3, 5).strides()).containsExactly(15, 1, 3);
    assertThat(TensorSpec.f32(Layout.NCHW, 2, 3, 5, 7).strides()).containsExactly(105, 35, 7, 1);
    assertThat(TensorSpec.f32(Layout.NHWC, 2, 3, 5, 7).strides()).containsExactly(105, 1, 21, 3);
    assertThat(TensorSpec.f32(Layout.NCDHW, 2, 3, 5, 7, 11).strides())
        .containsExactly(1155, 385, 77, 11, 1);
    assertThat(TensorSpec.f32(Layout.NDHWC, 2, 3, 5, 7, 11).strides())
        .containsExactly(1155, 1, 231, 33, 3);
  }

  @Test
  void byteSizes() {
    Shape shape = Shape.of(1, 3, 5, 7);
    assertThat(TensorSpec.of(DataType.F32, Layout.NHWC, shape).byteSize()).isEqualTo(420);
    assertThat(TensorSpec.of(DataType.S32, Layout.NHWC, shape).byteSize()).isEqualTo(420);
    assertThat(TensorSpec.of(DataType.F16, Layout.NHWC, shape).byteSize()).isEqualTo(210);
    assertThat(TensorSpec.of(DataType.BF16, Layout.NHWC, shape).byteSize()).isEqualTo(210);
    assertThat(TensorSpec.of(DataType.U8, Layout.NHWC, shape).byteSize()).isEqualTo(105);
    assertThat(TensorSpec.of(DataType.S8, Layout.NHWC, shape).byteSize()).isEqualTo(105);
  }

  @Test
  void stridedSpansFromTheFirstToTheLastElement() {
    TensorSpec spec = TensorSpec.f32(Layout.strided(1000, 100, 10, 2), 2, 3, 4, 5);

    assertThat(spec.byteSize()).isEqualTo(4 * (1000 + 200 + 30 + 8 + 1));
    assertThat(spec.elementOffset(1, 2, 3, 4)).isEqualTo(1238);
  }

  @Test
  void stridesMayNotLetElementsShareAnAddress() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TensorSpec.f32(Layout.strided(6, 2, 1), 2, 3, 3))
        .withMessageContainingAll("[6, 2, 1]", "2x3x3", "stride 2 is below 3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TensorSpec.f32(Layout.strided(1, 1, 1), 2, 2, 2));
    assertThat(TensorSpec.f32(Layout.strided(1, 1, 1), 1, 1, 3).byteSize()).isEqualTo(12);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Layout.strided(3, 0, 1))
        .withMessageContaining("[3, 0, 1]");
    assertThatIllegalArgumentException().isThrownBy(() -> Layout.strided(-3, 1, 1));
  }

  /**
   * oneDNN: nChw16c lays a 1x20x2x3 tensor out as [1][2][2][3][16], the rest of block 2 is zero.
   */
  @Test
  void blockedOffsetsAreThoseOfNChw16c() {
    long[] strides = {2 * 2 * 3 * 16, 2 * 3 * 16, 3 * 16, 16};
    TensorSpec spec =
        TensorSpec.f32(
            new Layout.Blocked(
                List.of(strides[0], strides[1], strides[2], strides[3]), List.of(1), List.of(16)),
            2,
            20,
            2,
            3);

    assertThat(spec.byteSize()).isEqualTo(4 * 2 * 32 * 2 * 3);
    for (int n = 0; n < 2; n++) {
      for (int c = 0; c < 20; c++) {
        for (int h = 0; h < 2; h++) {
          for (int w = 0; w < 3; w++) {
            long offset = (((n * 2 + c / 16) * 2 + h) * 3 + w) * 16 + c % 16;
            assertThat(spec.elementOffset(n, c, h, w)).isEqualTo(offset);
          }
        }
      }
    }
  }

  /** oneDNN: OIhw4i16o4i, where the input channels are split twice. */
  @Test
  void blockedOffsetsAreThoseOfADoublyBlockedWeightsLayout() {
    TensorSpec spec =
        TensorSpec.f32(
            new Layout.Blocked(
                List.of(2 * 3 * 256L, 3 * 256L, 3 * 256L, 256L),
                List.of(1, 0, 1),
                List.of(4, 16, 4)),
            32,
            32,
            1,
            3);

    for (int o = 0; o < 32; o++) {
      for (int i = 0; i < 32; i++) {
        for (int w = 0; w < 3; w++) {
          long block = (o / 16 * 2 + i / 16) * 3 + w;
          long inner = (i % 16 / 4 * 16 + o % 16) * 4 + i % 4;
          assertThat(spec.elementOffset(o, i, 0, w)).isEqualTo(block * 256 + inner);
        }
      }
    }
  }

  @Test
  void everyElementHasItsOwnPlace() {
    Shape shape = Shape.of(2, 5, 3, 4);
    List<Layout> layouts =
        List.of(
            Layout.NCHW,
            Layout.NHWC,
            Layout.strided(200, 2, 50, 10),
            new Layout.Blocked(List.of(96L, 48L, 16L, 4L), List.of(1), List.of(4)));
    for (Layout layout : layouts) {
      TensorSpec spec = TensorSpec.of(DataType.F32, layout, shape);
      Set<Long> seen = new HashSet<>();
      for (long i = 0; i < shape.elementCount(); i++) {
        long offset = spec.elementOffset(i / 60, i / 12 % 5, i / 4 % 3, i % 4);
        assertThat(offset).isBetween(0L, spec.byteSize() / 4 - 1);
        assertThat(seen.add(offset)).as("%s, element %d", layout, i).isTrue();
      }
    }
  }

  @Test
  void offsetsRefuseWrongIndices() {
    TensorSpec spec = TensorSpec.f32(Layout.NCW, 1, 2, 3);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> spec.elementOffset(0, 1))
        .withMessageContainingAll("[0, 1]", "1x2x3");
    for (long bad : new long[] {-1, 3, Long.MAX_VALUE, Long.MIN_VALUE}) {
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> spec.elementOffset(0, 1, bad))
          .withMessageContainingAll("1x2x3", bad + " along axis 2");
    }
  }

  @Test
  void anyHasNoMemoryYet() {
    TensorSpec spec = TensorSpec.f32(Layout.ANY, 1, 2, 3);

    assertThat(spec.isAny()).isTrue();
    assertThatIllegalStateException()
        .isThrownBy(spec::byteSize)
        .withMessageContainingAll("f32 ANY 1x2x3", "prepared convolution");
    assertThatIllegalStateException().isThrownBy(spec::strides);
    assertThatIllegalStateException().isThrownBy(() -> spec.elementOffset(0, 0, 0));
    assertThat(spec.withLayout(Layout.NCW).byteSize()).isEqualTo(24);
  }

  @Test
  void layoutAndShapeMustHaveTheSameRank() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TensorSpec.f32(Layout.NHWC, 1, 2, 3))
        .withMessageContainingAll("NHWC", "4", "1x2x3");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TensorSpec.f32(Layout.strided(1), 1, 2))
        .withMessageContaining("strided(1)");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TensorSpec.weights(Shape.of(3, 2)))
        .withMessageContaining("rank is 2");
  }

  @Test
  void hugeExtentsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TensorSpec.f32(Layout.strided(Long.MAX_VALUE, 1, 1), 3, 1, 1))
        .withMessageContainingAll("overflows", "9223372036854775807");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TensorSpec.f32(Layout.strided(Long.MAX_VALUE / 2, 1, 1), 2, 1, 1))
        .withMessageContaining("overflows");
  }

  @Test
  void equalityIsTypeShapeAndPlaces() {
    TensorSpec spec = TensorSpec.f32(Layout.NHWC, 1, 2, 3, 4);

    assertThat(spec)
        .isEqualTo(TensorSpec.f32(Layout.NHWC, 1, 2, 3, 4))
        .hasSameHashCodeAs(TensorSpec.f32(Layout.NHWC, 1, 2, 3, 4))
        .isNotEqualTo(TensorSpec.f32(Layout.NCHW, 1, 2, 3, 4))
        .isNotEqualTo(TensorSpec.f32(Layout.NHWC, 1, 2, 4, 3))
        .isNotEqualTo(TensorSpec.of(DataType.S32, Layout.NHWC, spec.shape()))
        .hasToString("f32 NHWC 1x2x3x4");
    assertThat(TensorSpec.f32(Layout.strided(6, 3, 1), 2, 2, 3))
        .isEqualTo(TensorSpec.f32(Layout.strided(6, 3, 1), 2, 2, 3))
        .isNotEqualTo(TensorSpec.f32(Layout.strided(7, 3, 1), 2, 2, 3));
    assertThat(spec.withShape(Shape.of(2, 2, 3, 4)).strides()).containsExactly(24, 1, 8, 2);
  }

  /** What lies the same is the same, whatever it is called; layouts stay as they were given. */
  static Stream<List<TensorSpec>> sameInMemory() {
    return Stream.of(
        List.of(nchw(Layout.NHWC, 2, 3, 5, 7), nchw(Layout.strided(105, 1, 21, 3), 2, 3, 5, 7)),
        List.of(
            nchw(Layout.NHWC, 2, 1, 5, 7),
            nchw(Layout.NCHW, 2, 1, 5, 7),
            nchw(Layout.strided(35, 1, 7, 1), 2, 1, 5, 7),
            nchw(Layout.strided(35, 999, 7, 1), 2, 1, 5, 7),
            nchw(blocked(List.of(35L, 35L, 7L, 1L), 1, 1), 2, 1, 5, 7)),
        List.of(
            nchw(Layout.NHWC, 2, 3, 1, 1),
            nchw(Layout.NCHW, 2, 3, 1, 1),
            nchw(Layout.strided(3, 1, 4, 4), 2, 3, 1, 1)),
        List.of(nchw(Layout.NCHW, 1, 1, 1, 1), nchw(Layout.strided(5, 6, 7, 8), 1, 1, 1, 1)),
        List.of(
            nchw(Layout.NHWC, 1, 16, 2, 3),
            nchw(blocked(List.of(96L, 96L, 48L, 16L), 1, 16), 1, 16, 2, 3),
            nchw(blocked(List.of(96L, 8L, 48L, 16L), 1, 8), 1, 16, 2, 3)),
        List.of(
            nchw(blocked(List.of(192L, 96L, 48L, 16L), 1, 16), 1, 20, 2, 3),
            nchw(blocked(List.of(777L, 96L, 48L, 16L), 1, 16), 1, 20, 2, 3),
            nchw(
                new Layout.Blocked(
                    List.of(192L, 96L, 48L, 16L), List.of(0, 1, 1), List.of(1, 4, 4)),
                1,
                20,
                2,
                3)),
        List.of(TensorSpec.f32(Layout.strided(7), 1), TensorSpec.bias(1)),
        List.of(TensorSpec.f32(Layout.NWC, 3, 1, 4), TensorSpec.f32(Layout.NCW, 3, 1, 4)),
        List.of(
            TensorSpec.f32(Layout.NDHWC, 1, 4, 1, 1, 1),
            TensorSpec.f32(Layout.NCDHW, 1, 4, 1, 1, 1)),
        List.of(TensorSpec.f32(Layout.ANY, 1, 2, 3), TensorSpec.f32(Layout.ANY, 1, 2, 3)));
  }

  @ParameterizedTest
  @MethodSource("sameInMemory")
  void specsOfEqualPlacesAreEqual(List<TensorSpec> specs) {
    for (TensorSpec one : specs) {
      for (TensorSpec other : specs) {
        assertThat(one).isEqualTo(other).hasSameHashCodeAs(other);
        assertThat(one.canonical()).isEqualTo(other);
        assertThat(one.isChannelsLast()).isEqualTo(other.isChannelsLast());
        assertThat(one.isChannelsFirst()).isEqualTo(other.isChannelsFirst());
        boolean blocks = one.canonical().layout() instanceof Layout.Blocked;
        if (!blocks) {
          assertThat(one.canonical().layout()).isEqualTo(other.canonical().layout());
        }
      }
    }
    assertThat(specs.stream().map(TensorSpec::layout).distinct().count())
        .isEqualTo(specs.getFirst().isAny() ? 1 : specs.size());
  }

  @Test
  void aPlaceThatDiffersMakesADifference() {
    List<TensorSpec> different =
        List.of(
            nchw(Layout.NHWC, 2, 3, 5, 7),
            nchw(Layout.NCHW, 2, 3, 5, 7),
            nchw(Layout.ANY, 2, 3, 5, 7),
            nchw(Layout.strided(105, 35, 1, 5), 2, 3, 5, 7),
            nchw(Layout.strided(106, 1, 21, 3), 2, 3, 5, 7),
            nchw(blocked(List.of(280L, 280L, 56L, 8L), 1, 8), 2, 3, 5, 7),
            // The pixels of the one before, without its padding.
            nchw(Layout.strided(280, 1, 56, 8), 2, 3, 5, 7),
            nchw(blocked(List.of(280L, 140L, 28L, 4L), 1, 4), 2, 3, 5, 7),
            nchw(blocked(List.of(140L, 140L, 28L, 4L), 1, 4), 2, 3, 5, 7),
            nchw(blocked(List.of(210L, 70L, 14L, 2L), 1, 2), 2, 3, 5, 7));
    for (int i = 0; i < different.size(); i++) {
      for (int j = 0; j < different.size(); j++) {
        if (i != j) {
          assertThat(different.get(i)).isNotEqualTo(different.get(j));
        }
      }
    }
  }

  /** The definition of equality, on random layouts of small shapes. */
  @Test
  void equalityIsWhatTheOffsetsSay() {
    var random = new Random(20);
    List<TensorSpec> specs = new ArrayList<>();
    Shape[] shapes = {Shape.of(1, 4, 1, 2), Shape.of(2, 1, 3, 1), Shape.of(1, 6, 1, 1)};
    while (specs.size() < 400) {
      Shape shape = shapes[random.nextInt(shapes.length)];
      long[] strides = random.longs(4, 1, 9).toArray();
      Layout layout =
          random.nextBoolean()
              ? Layout.strided(strides)
              : blocked(Arrays.stream(strides).boxed().toList(), 1, 1 + random.nextInt(4));
      try {
        specs.add(TensorSpec.of(DataType.F32, layout, shape));
      } catch (IllegalArgumentException e) {
        assertThat(e).hasMessageContaining("share an address");
      }
    }
    int equal = 0;
    for (TensorSpec one : specs) {
      for (TensorSpec other : specs) {
        boolean expected =
            one.shape().equals(other.shape())
                && one.byteSize() == other.byteSize()
                && offsets(one).equals(offsets(other));
        equal += expected ? 1 : 0;
        assertThat(one.equals(other)).as("%s and %s", one, other).isEqualTo(expected);
      }
    }
    assertThat(equal).isGreaterThan(specs.size() * 2);
  }

  private static List<Long> offsets(TensorSpec spec) {
    List<Long> offsets = new ArrayList<>();
    ElementOffsets.forEach(spec, spec, (offset, _) -> offsets.add(offset));
    return offsets;
  }

  private static TensorSpec nchw(Layout layout, long... dims) {
    return TensorSpec.f32(layout, dims);
  }

  private static Layout blocked(List<Long> strides, int axis, int size) {
    return new Layout.Blocked(strides, List.of(axis), List.of(size));
  }

  @Test
  void tellsWhereTheChannelsLie() {
    assertThat(nchw(Layout.NHWC, 2, 3, 5, 7).isChannelsLast()).isTrue();
    assertThat(nchw(Layout.NHWC, 2, 3, 5, 7).isChannelsFirst()).isFalse();
    assertThat(nchw(Layout.NCHW, 2, 3, 5, 7).isChannelsLast()).isFalse();
    assertThat(nchw(Layout.NCHW, 2, 3, 5, 7).isChannelsFirst()).isTrue();
    assertThat(nchw(Layout.NCHW, 2, 1, 5, 7).isChannelsLast()).isTrue();
    assertThat(nchw(Layout.strided(210, 1, 42, 6), 2, 3, 5, 7).isChannelsLast()).isFalse();
    assertThat(nchw(Layout.ANY, 2, 3, 5, 7).isChannelsLast()).isFalse();
    assertThat(nchw(blocked(List.of(280L, 280L, 56L, 8L), 1, 8), 2, 3, 5, 7).isChannelsLast())
        .isFalse();
    assertThat(TensorSpec.bias(5).isChannelsFirst()).isTrue();
  }

  @Test
  void theCanonicalLayoutHasAName() {
    assertThat(nchw(Layout.strided(105, 35, 7, 1), 2, 3, 5, 7).canonical().layout())
        .isEqualTo(Layout.NCHW);
    assertThat(nchw(Layout.NCHW, 2, 1, 5, 7).canonical().layout()).isEqualTo(Layout.NHWC);
    assertThat(nchw(Layout.strided(9999, 1, 70, 9), 1, 3, 5, 7).canonical().layout())
        .isEqualTo(Layout.strided(337, 1, 70, 9));
    TensorSpec blocks = nchw(blocked(List.of(192L, 96L, 48L, 16L), 1, 16), 1, 20, 2, 3);
    assertThat(blocks.canonical()).isSameAs(blocks);
    TensorSpec plain = nchw(Layout.NHWC, 2, 3, 5, 7);
    assertThat(plain.canonical()).isSameAs(plain);
    assertThat(nchw(Layout.ANY, 1, 1, 1, 1).canonical().isAny()).isTrue();
  }

  @Test
  void blocksMayNotShareAddressesEither() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> nchw(blocked(List.of(8L, 8L, 8L, 4L), 1, 8), 1, 8, 1, 2))
        .withMessageContainingAll("stride 4 is below 8", "1x8x1x2");
  }

  @Test
  void blockedRefusesWhatDoesNotFit() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Layout.Blocked(List.of(1L), List.of(), List.of()));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Layout.Blocked(List.of(1L), List.of(1), List.of(4)))
        .withMessageContainingAll("[1]", "[4]", "1 dimensions");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Layout.Blocked(List.of(0L), List.of(0), List.of(4)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Layout.Blocked(List.of(4L), List.of(0), List.of(0)));
  }
}
