package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Quantization;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConvolutionTypesTest {
  private static final Convolution PLAIN = Convolution.conv2d(2, 4).kernel(3).build();

  @ParameterizedTest
  @ValueSource(
      strings = {
        "f32:f32:f32",
        "bf16:bf16:f32",
        "f16:f16:f16",
        "f32:bf16:f32",
        "f32:f16:bf16:f16",
        "u8:s8:u8",
        "s8:s8:s32",
        "u8:s8:bf16:f32"
      })
  void theseGoTogether(String text) {
    ConvolutionTypes types = ConvolutionTypes.parse(text);

    assertThat(types).hasToString(text);
    assertThat(types.lack(PLAIN)).isEmpty();
    assertThat(types.accumulation()).isEqualTo(types.isQuantized() ? DataType.S32 : DataType.F32);
  }

  @ParameterizedTest
  @CsvSource({
    "s32:s8:s32, src may be u8 or s8",
    "u8:u8:u8, subtract 128",
    "u8:f32:u8, weights of s8",
    "u8:s8:u8:bf16, bias of s32 or f32",
    "f32:s8:f32, 'weights, bias and dst of f32, bf16 or f16'",
    "bf16:bf16:u8, 'weights, bias and dst of f32, bf16 or f16'",
    "f32:f32:f32:s32, 'weights, bias and dst of f32, bf16 or f16'"
  })
  void theseDoNot(String text, String reason) {
    assertThat(ConvolutionTypes.parse(text).lack(PLAIN)).get().asString().contains(reason);
  }

  @Test
  void aBiasThatIsNotThereHasNoType() {
    Convolution bare = PLAIN.toBuilder().bias(false).build();

    assertThat(ConvolutionTypes.parse("f32:f32:f32:s32").lack(bare)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "f32:f32:f32, src:0.5, '', only integers are quantized",
    "u8:s8:u8, '', src:256, from 0 to 255",
    "u8:s8:u8, '', src:-1, from 0 to 255",
    "s8:s8:u8, '', src:128, from -128 to 127",
    "s8:s8:u8, '', dst:-1, zero point of dst",
    "u8:s8:s32, dst:2, '', dst has a scale or a zero point only if it is u8 or s8",
    "u8:s8:f32, '', dst:1, dst has a scale or a zero point only if it is u8 or s8",
    "u8:s8:u8, 'src:1e-30+wei:1e-30', '', multiply to 0.0",
    "u8:s8:u8, 'src:1e30+wei:1,1,1e30,1', '', multiply to Infinity"
  })
  void quantizationsThatDoNotFit(String types, String scales, String zeroPoints, String reason) {
    Convolution quantized = PLAIN.withQuantization(Quantization.parse(scales, zeroPoints));

    assertThat(ConvolutionTypes.parse(types).lack(quantized)).get().asString().contains(reason);
  }

  @Test
  void aConvolutionRefusesAnotherNumberOfScales() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> PLAIN.withQuantization(Quantization.none().withWeights(1, 2, 3)))
        .withMessageContainingAll("4 output channels", "got 3");
  }

  @Test
  void aQuantizationIsPartOfADescription() {
    Quantization quantization = Quantization.none().withSrc(0.5f, 3);
    Convolution quantized = PLAIN.toBuilder().quantization(quantization).build();

    assertThat(quantized).isNotEqualTo(PLAIN).isEqualTo(PLAIN.withQuantization(quantization));
    assertThat(quantized.toBuilder().build()).isEqualTo(quantized).hasSameHashCodeAs(quantized);
    assertThat(quantized.toString()).contains("src:0.5", "src:3");
    assertThat(PLAIN.withQuantization(Quantization.none())).isSameAs(PLAIN);
    assertThat(PLAIN.toString()).isEqualTo("conv2d(2 -> 4, kernel [3, 3], bias)");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "u8", "u8:s8", "u8:s8:u8:s32:f32", "u8:s8:f64", "u8::u8"})
  void otherTextsAreRefused(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConvolutionTypes.parse(text))
        .withMessageContaining("types");
  }
}
