package io.github.conv4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShapeTest {
  @Test
  void knowsItsNumbers() {
    Shape shape = Shape.of(2, 3, 5, 7);

    assertThat(shape.rank()).isEqualTo(4);
    assertThat(shape.dim(3)).isEqualTo(7);
    assertThat(shape.dims()).containsExactly(2, 3, 5, 7);
    assertThat(shape.elementCount()).isEqualTo(210);
    assertThat(shape).hasToString("2x3x5x7");
    assertThat(shape.with(1, 11)).isEqualTo(Shape.of(2, 11, 5, 7));
  }

  @Test
  void isImmutable() {
    long[] dims = {1, 2};
    Shape shape = Shape.of(dims);
    dims[0] = 9;
    shape.dims()[1] = 9;

    assertThat(shape).isEqualTo(Shape.of(1, 2)).hasSameHashCodeAs(Shape.of(1, 2));
    assertThat(shape).isNotEqualTo(Shape.of(2, 1)).isNotEqualTo(Shape.of(1, 2, 1));
  }

  @ParameterizedTest
  @ValueSource(longs = {0, -1, Long.MIN_VALUE})
  void refusesEmptyDimensions(long size) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shape.of(1, size, 3))
        .withMessageContainingAll("dimension 1", "[1, " + size + ", 3]", "is " + size);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shape.of(1, 2).with(0, size))
        .withMessageContaining("" + size);
  }

  @Test
  void refusesWhatCannotBeAddressed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shape.of(Long.MAX_VALUE, 2))
        .withMessageContainingAll("overflows", "9223372036854775807", "2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shape.of(1L << 32, 1L << 32))
        .withMessageContaining("overflows");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shape.of(Long.MAX_VALUE))
        .withMessageContaining("at most");
    assertThat(Shape.of(Long.MAX_VALUE / 64).elementCount()).isEqualTo(Long.MAX_VALUE / 64);
  }

  @Test
  void refusesAnotherRank() {
    assertThatIllegalArgumentException().isThrownBy(Shape::of).withMessageContaining("got 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Shape.of(new long[9]))
        .withMessageContaining("got 9");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 4, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void saysWhichAxesThereAre(int axis) {
    Shape shape = Shape.of(2, 3, 5, 7);

    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> shape.dim(axis))
        .withMessage("shape 2x3x5x7 has the axes 0 to 3 but axis %d was asked for", axis);
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> shape.with(axis, 1))
        .withMessageContainingAll("2x3x5x7", "axis " + axis);
  }
}
