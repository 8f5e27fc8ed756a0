package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;

import io.github.conv4j.contract.Runs;
import io.github.conv4j.tensor.Shape;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rows that the documentation of {@link PaddingMode} draws, and the limits it gives. */
class PaddingModeTest {
  private static final float[] ABCD = {1, 2, 3, 4};

  @Test
  void zeros() {
    assertThat(row(PaddingMode.ZEROS, 3, 2)).containsExactly(0, 0, 0, 1, 2, 3, 4, 0, 0);
  }

  @Test
  void reflect() {
    assertThat(row(PaddingMode.REFLECT, 3, 2)).containsExactly(4, 3, 2, 1, 2, 3, 4, 3, 2);
  }

  @Test
  void replicate() {
    assertThat(row(PaddingMode.REPLICATE, 3, 7))
        .containsExactly(1, 1, 1, 1, 2, 3, 4, 4, 4, 4, 4, 4, 4, 4);
  }

  @Test
  void circular() {
    assertThat(row(PaddingMode.CIRCULAR, 3, 4)).containsExactly(2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4);
  }

  @ParameterizedTest
  @CsvSource({"REFLECT, 3", "CIRCULAR, 4"})
  void isLimitedByTheSize(PaddingMode mode, int most) {
    assertThatNoException().isThrownBy(() -> row(mode, most, most));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> row(mode, most + 1, 0))
        .withMessageContainingAll(
            mode.name(), "at most " + most, "width of 4", (most + 1) + " and 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> row(mode, 0, most + 1))
        .withMessageContainingAll(mode.name(), "at most " + most, "0 and " + (most + 1));
  }

  @Test
  void reflectTakesNoPaddingOnASinglePixel() {
    Convolution convolution =
        Convolution.conv1d(1, 1).padding(Padding.symmetric(1).mode(PaddingMode.REFLECT)).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> convolution.geometry(Shape.of(1, 1, 1)))
        .withMessageContaining("at most 0");
  }

  @Test
  void cropsOnlyWithZeros() {
    Padding cropping = Padding.asymmetric(new long[] {0}, new long[] {-1});

    for (PaddingMode mode : PaddingMode.values()) {
      if (mode == PaddingMode.ZEROS) {
        assertThatNoException().isThrownBy(() -> cropping.mode(mode));
      } else {
        assertThatIllegalArgumentException()
            .isThrownBy(() -> cropping.mode(mode))
            .withMessageContainingAll(mode.name(), "-1");
      }
    }
  }

  @Test
  void aTransposedConvolutionTakesZerosOnly() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            Convolution.transposed1d(1, 1).padding(Padding.symmetric(0).mode(PaddingMode.CIRCULAR))
                ::build)
        .withMessageContaining("CIRCULAR");
  }

  @Test
  void goesWithEveryRule() {
    Convolution convolution =
        Convolution.conv1d(1, 1)
            .kernel(3)
            .padding(Padding.same().mode(PaddingMode.REPLICATE))
            .bias(false)
            .build();

    assertThat(Runs.reference(convolution, Shape.of(1, 1, 4), ABCD, new float[] {1, 0, 1}, null))
        .containsExactly(3, 4, 6, 7);
  }

  private static float[] row(PaddingMode mode, long begin, long end) {
    Convolution convolution =
        Convolution.conv1d(1, 1)
            .padding(Padding.asymmetric(new long[] {begin}, new long[] {end}).mode(mode))
            .bias(false)
            .build();
    return Runs.reference(convolution, Shape.of(1, 1, 4), ABCD, new float[] {1}, null);
  }
}
