package io.github.conv4j.tensor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuantizationTest {
  @Test
  void textIsReadBack() {
    Quantization quantization =
        Quantization.none()
            .withSrc(0.1f, 128)
            .withWeights(1e-9f, 0.25f, Float.MIN_NORMAL)
            .withDst(1e10f, -3);

    assertThat(quantization.scales())
        .startsWith("src:0.1+wei:1.0E-9,0.25,")
        .contains("+dst:1.0E10");
    assertThat(quantization.zeroPoints()).isEqualTo("src:128+dst:-3");
    assertThat(Quantization.parse(quantization.scales(), quantization.zeroPoints()))
        .isEqualTo(quantization)
        .hasSameHashCodeAs(quantization);
    assertThat(Quantization.parse("", "")).isEqualTo(Quantization.none());
    assertThat(Quantization.none().isNone()).isTrue();
    assertThat(quantization.isNone()).isFalse();
  }

  @Test
  void scalesAreCopied() {
    float[] scales = {1, 2};
    Quantization quantization = Quantization.none().withWeights(scales);
    scales[0] = -1;

    assertThat(quantization.weightsScale(0)).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(floats = {0, -0f, -1, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY})
  void scalesArePositiveAndFinite(float scale) {
    Quantization none = Quantization.none();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> none.withSrc(scale, 0))
        .withMessageContainingAll("src", Float.toString(scale));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> none.withWeights(1, scale))
        .withMessageContainingAll("weights", Float.toString(scale));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> none.withDst(scale, 0))
        .withMessageContainingAll("dst", Float.toString(scale));
  }

  @Test
  void weightsHaveAScale() {
    assertThatIllegalArgumentException().isThrownBy(() -> Quantization.none().withWeights());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"src", "src:", "src:a", "bias:1", "wei:1,,2", "src:0", "src:1+", "src:1:2"})
  void otherScalesAreRefused(String text) {
    assertThatIllegalArgumentException().isThrownBy(() -> Quantization.parse(text, ""));
  }

  @ParameterizedTest
  @ValueSource(strings = {"src", "src:1.5", "wei:1", "src:2147483648", "+"})
  void otherZeroPointsAreRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Quantization.parse("", text))
        .withMessageContaining("quantization '" + text);
  }
}
