package io.github.conv4j.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.conv4j.Convolution;
import io.github.conv4j.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorBoundTest {
  @Test
  void isHighamsGammaAndWhatUnderflowLoses() {
    double share = 100 * 0x1p-24;

    assertThat(new ErrorBound(100).at(3)).isEqualTo(3 * share / (1 - share), within(1e-12));
    assertThat(new ErrorBound(100).at(0)).isEqualTo(100 * 0x1p-149);
    assertThat(new ErrorBound(0).at(1)).isZero();
  }

  @Test
  void growsUntilThereIsNone() {
    double before = 0;
    for (long accumulations = 1; accumulations < 1 << 24; accumulations *= 2) {
      double bound = new ErrorBound(accumulations).at(1);
      assertThat(bound).isGreaterThan(before).isFinite();
      before = bound;
    }
    assertThat(new ErrorBound((1 << 24) - 1).at(1)).isGreaterThan(before).isFinite();
  }

  @ParameterizedTest
  @ValueSource(longs = {1 << 24, (1 << 24) + 1, 1L << 40, Long.MAX_VALUE})
  void isInfiniteForTooManyAccumulations(long accumulations) {
    assertThat(new ErrorBound(accumulations).at(1)).isEqualTo(Double.POSITIVE_INFINITY);
    assertThat(new ErrorBound(accumulations).at(0)).isEqualTo(Double.POSITIVE_INFINITY);
  }

  @Test
  void refusesANegativeNumber() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ErrorBound(-1))
        .withMessage("accumulations must be at least 0 but is -1");
  }

  @Test
  void countsProductsBiasAndRounding() {
    Convolution convolution = Convolution.conv2d(4, 4).groups(2).kernel(3).padding(1).build();

    assertThat(ErrorBound.of(Problem.of(convolution, Shape.of(1, 4, 2, 5))).accumulations())
        .as("two channels, of three rows two at most")
        .isEqualTo(2 * 2 * 3 + 2);
  }

  @Test
  void refusesAnAxisOfTooManyOutputs() {
    long outputs = 1L << 31;
    Convolution plain = Convolution.conv1d(1, 1).build();
    Convolution transposed = Convolution.transposed1d(1, 1).build();

    for (Convolution convolution : new Convolution[] {plain, transposed}) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> ErrorBound.of(Problem.of(convolution, Shape.of(1, 1, outputs))))
          .withMessageContainingAll("2147483647", "2147483648");
    }
  }
}
