package io.github.conv4j.internal.compose;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntegerSumsTest {
  /** 255 times 127 fits 518 times, or in digits of base 16 8224 times 255 times 8. */
  @ParameterizedTest
  @CsvSource({"518, 1", "519, 2", "8224, 2", "8225, 4", "32896, 4", "32897, 0"})
  void asFewDigitsAsAreExact(int channels, int digits) {
    int[] weights = new int[channels];
    Arrays.fill(weights, 127);

    var sums = IntegerSums.of(Convolution.conv1d(channels, 1).build(), DataType.U8, weights);

    assertThat(sums.map(IntegerSums::digits).orElse(0)).isEqualTo(digits);
  }

  /** A selection of the products is what counts: those of one sign. */
  @Test
  void productsOfOtherSignsAreOtherSelections() {
    int[] weights = new int[1036];
    Arrays.fill(weights, 0, 518, 127);
    Arrays.fill(weights, 518, 1036, -127);
    Convolution convolution = Convolution.conv1d(1036, 1).build();

    assertThat(IntegerSums.of(convolution, DataType.U8, weights).orElseThrow().largest())
        .isEqualTo(518.0 * 255 * 127);
    var centred = convolution.withQuantization(Quantization.none().withSrc(1, 128));
    assertThat(IntegerSums.of(centred, DataType.U8, weights).orElseThrow().largest())
        .isEqualTo(518.0 * 127 * 127 + 518.0 * 128 * 127);
  }

  @ParameterizedTest
  @CsvSource({"false, 1", "false, 3", "true, 1", "true, 3"})
  void digitsAreNeighboursAndMakeTheWeights(boolean transposed, int groups) {
    int in = 6000;
    int out = 6;
    Convolution convolution =
        (transposed ? Convolution.transposed1d(in, out) : Convolution.conv1d(in, out))
            .kernel(2)
            .groups(groups)
            .build();
    int[] weights =
        new SplittableRandom(1)
            .ints(convolution.weightsShape().elementCount(), -128, 128)
            .toArray();

    IntegerSums sums = IntegerSums.of(convolution, DataType.U8, weights).orElseThrow();

    assertThat(sums.digits()).isGreaterThan(1);
    int inner = transposed ? 2 : weights.length / out;
    for (int i = 0; i < weights.length; i++) {
      int first = i / inner * inner * sums.digits() + i % inner;
      double value = 0;
      for (int digit = sums.digits() - 1; digit >= 0; digit--) {
        value = value * sums.base() + sums.weights()[first + digit * inner];
      }
      assertThat(value).isEqualTo(weights[i]);
    }
  }
}
