package io.github.conv4j.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.conv4j.Convolution;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  /** Two numbers that rounding to bf16 moves as far as it can, half a unit in the last place. */
  @Test
  void coversProductsOfNumbersRoundedToBf16() {
    double exact = (1 + 0x1p-8) * (1 + 0x1p-8);
    double rounded = 1;

    double permitted = ErrorBound.of(0, FpmathMode.BF16).at(exact);

    assertThat(exact - rounded).isLessThanOrEqualTo(permitted).isGreaterThan(0.98 * permitted);
    assertThat(ErrorBound.of(9, FpmathMode.STRICT)).isEqualTo(new ErrorBound(9));
  }

  @ParameterizedTest
  @CsvSource({
    "mb1_ic4oc4_ih5kh3, false",
    "mb1_ic4oc4_ih5kh3_fpmath/bf16/, true",
    "mb1_ic4oc4_ih5kh3_dt/bf16:bf16:f32/_fpmath/bf16/, false",
    "mb1_ic4oc4_ih5kh3_dt/f32:f32:bf16/_fpmath/bf16/, true",
    "mb1_ic4oc4_ih5kh3_dt/u8:s8:f32/_fpmath/bf16/, false"
  })
  void roundsWhereF32IsMultiplied(String line, boolean rounds) {
    assertThat(ErrorBound.of(Problem.parse(line)).ofProduct() > 0x1p-7).isEqualTo(rounds);
  }

  @Test
  void refusesANegativeNumber() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ErrorBound(1, -1, 0))
        .withMessage("ofProduct and underflow must not be negative but are -1.0 and 0.0");
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
