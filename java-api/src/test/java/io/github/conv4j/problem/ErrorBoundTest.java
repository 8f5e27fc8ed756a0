package io.github.conv4j.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.github.conv4j.Convolution;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;
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

  /** Steps of 2 and a zero point of 5: 7 is 3.5 steps, between 8 and 9. */
  @ParameterizedTest
  @CsvSource({
    "7, 0, 9, 1",
    "7.00000001, 0, 9, 1",
    "6.9999999, 0, 8, 1",
    "7.00001, 0, 9, 0",
    "6.99999, 0, 8, 0",
    "6.99, 0.005, 8, 0",
    "6.99, 0.011, 8, 1",
    "8, 0, 9, 0",
    "8, 2.1, 9, 1",
    "1000, 0, 255, 0",
    "-1000, 900, 0, 0",
    "500.9999, 0, 255, 0",
    "-11.1, 0, 0, 0",
    "NaN, 0, 5, 0",
    "Infinity, 0, 255, 0",
    "NaN, 1, 5, Infinity",
    "1, Infinity, 5, Infinity"
  })
  void integersMayBeOffNearTheMiddleAlone(double x, double error, int expected, double permitted) {
    Quantization quantization = Quantization.none().withDst(2, 5);

    assertThat(ErrorBound.afterRequantization(x, error, expected, quantization, DataType.U8))
        .isEqualTo(permitted);
  }

  /** Each of three factors and a sum off by half a unit in the last place. */
  @Test
  void coversTheRoundingsOfScaledSums() {
    double up = 1 + 0x1p-24;
    double x = 3e5 * 0.013 + 0.7;
    double off = (3e5 * up * (0.013 * up) * up + 0.7) * up - x;

    assertThat(off).isPositive().isLessThan(ErrorBound.ofFusedRequantization(x, 0.7));
    assertThat(ErrorBound.ofFusedRequantization(x, 0.7)).isLessThan(x * 0x1p-20);
    assertThat(ErrorBound.ofFusedRequantization(0, 0)).isZero();
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
