package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class SeparableKernelTest {
  @Test
  void factorsSobel() {
    SeparableKernel sobel =
        SeparableKernel.factor(new float[] {1, 0, -1, 2, 0, -2, 1, 0, -1}, 3, 3);

    assertThat(product(sobel)).containsExactly(1, 0, -1, 2, 0, -2, 1, 0, -1);
    assertThat(sobel.column()).containsExactly(1, 2, 1);
    assertThat(sobel.row()).containsExactly(1, 0, -1);
  }

  @Test
  void factorsWhereTheFirstRowAndColumnAreZero() {
    float[] kernel = {0, 0, 0, 0, 3, 6};

    assertThat(product(SeparableKernel.factor(kernel, 2, 3))).containsExactly(kernel);
  }

  @Test
  void factorsProductsOfSmallIntegers() {
    var random = new SplittableRandom(7);
    for (int run = 0; run < 200; run++) {
      float[] column = new float[random.nextInt(1, 6)];
      float[] row = new float[random.nextInt(1, 6)];
      for (int i = 0; i < column.length; i++) {
        column[i] = random.nextInt(1, 9);
      }
      for (int i = 0; i < row.length; i++) {
        row[i] = 1 << random.nextInt(0, 5);
      }
      float[] kernel = product(new SeparableKernel(column, row));

      assertThat(product(SeparableKernel.factor(kernel, column.length, row.length)))
          .as("seed 7, run %d", run)
          .containsExactly(kernel);
    }
  }

  @Test
  void refusesAHigherRankAndNamesTheEntry() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SeparableKernel.factor(new float[] {0, 1, 0, 1, -4, 1, 0, 1, 0}, 3, 3))
        .withMessageContainingAll("higher rank than 1", "[0][0]", "0.0", "-0.25");
  }

  @Test
  void refusesAllZeros() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SeparableKernel.factor(new float[9], 3, 3))
        .withMessageContaining("rank 0");
  }

  @Test
  void refusesNotFinite() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SeparableKernel.factor(new float[] {1, Float.NaN}, 1, 2))
        .withMessageContainingAll("value 1", "NaN");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SeparableKernel.factor(new float[] {Float.NEGATIVE_INFINITY}, 1, 1))
        .withMessageContaining("-Infinity");
  }

  @Test
  void refusesAWrongNumberOfValues() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SeparableKernel.factor(new float[8], 3, 3))
        .withMessageContainingAll("3 x 3", "9", "8");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> SeparableKernel.factor(new float[1], Integer.MAX_VALUE, Integer.MAX_VALUE))
        .withMessageContaining("4611686014132420609");
  }

  @Test
  void keepsItsOwnCopies() {
    float[] column = {1, 2};
    var kernel = new SeparableKernel(column, new float[] {3});
    column[0] = 9;
    kernel.column()[1] = 9;
    kernel.row()[0] = 9;

    assertThat(kernel).isEqualTo(new SeparableKernel(new float[] {1, 2}, new float[] {3}));
    assertThat(kernel).hasSameHashCodeAs(new SeparableKernel(new float[] {1, 2}, new float[] {3}));
    assertThat(kernel).hasToString("[1.0, 2.0] x [3.0]");
  }

  private static float[] product(SeparableKernel kernel) {
    float[] column = kernel.column();
    float[] row = kernel.row();
    float[] values = new float[column.length * row.length];
    for (int i = 0; i < values.length; i++) {
      values[i] = column[i / row.length] * row[i % row.length];
    }
    return values;
  }
}
