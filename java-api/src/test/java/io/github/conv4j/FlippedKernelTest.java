package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.Runs;
import io.github.conv4j.tensor.Shape;
import org.junit.jupiter.api.Test;

/** Cross-correlation by default, the convolution of mathematics on request. */
class FlippedKernelTest {
  /** (1 + 2x + 3x^2) (4 + 5x) = 4 + 13x + 22x^2 + 15x^3. */
  @Test
  void multipliesPolynomials() {
    Convolution full = Convolution.conv1d(1, 1).kernel(2).padding(1).bias(false).build();
    float[] polynomial = {1, 2, 3};
    float[] factor = {4, 5};
    Shape src = Shape.of(1, 1, 3);

    assertThat(
            Runs.reference(full.toBuilder().flippedKernel().build(), src, polynomial, factor, null))
        .containsExactly(4, 13, 22, 15);
    assertThat(Runs.reference(full, src, polynomial, factor, null)).containsExactly(5, 14, 23, 12);
  }

  @Test
  void putsTheKernelIntoThePictureAsItIs() {
    Convolution convolution =
        Convolution.conv2d(1, 1).kernel(2, 3).padding(1, 2).bias(false).flippedKernel().build();

    float[] y =
        Runs.reference(
            convolution,
            Shape.of(1, 1, 1, 1),
            new float[] {1},
            new float[] {1, 2, 3, 4, 5, 6},
            null);

    assertThat(y).containsExactly(1, 2, 3, 4, 5, 6);
  }

  @Test
  void anotherFlipOfTheWeightsUndoesIt() {
    Convolution plain = Convolution.conv2d(2, 2).kernel(3).bias(false).build();
    Shape src = Shape.of(1, 2, 5, 5);
    float[] x = Runs.integers(src, 1);
    float[] weights = Runs.integers(plain.weightsShape(), 2);
    float[] turned = weights.clone();
    for (int i = 0; i < weights.length; i++) {
      turned[i] = weights[i / 9 * 9 + 8 - i % 9];
    }

    assertThat(Runs.reference(plain.toBuilder().flippedKernel().build(), src, x, turned, null))
        .containsExactly(Runs.reference(plain, src, x, weights, null));
  }
}
