package io.github.conv4j.networks.internal.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Values of every element type, to constants and back. */
class ValuesTest {
  @ParameterizedTest
  @EnumSource(ElementType.class)
  void constantsAreReadAsTheyWereWritten(ElementType type) {
    TensorType two = new TensorType(type, 1, 2);
    Values values =
        type.isReal()
            ? Values.of(two, new double[] {-1.5, 2})
            : Values.of(two, new long[] {Numbers.lowest(type), Numbers.highest(type)});

    Constant constant = values.toConstant();

    assertThat(constant.data().byteSize()).isEqualTo(2L * type.byteSize());
    assertThat(Values.of(constant)).isEqualTo(values);
  }

  @Test
  void onlyWhatIsWrittenOrToldIsRounded() {
    Values third = Values.floats(new double[] {1 / 3.0});

    assertThat(third.reals()[0]).isEqualTo(1 / 3.0);
    assertThat(third.rounded().reals()[0]).isEqualTo(1 / 3f);
    assertThat(Values.of(third.toConstant()).reals()[0]).isEqualTo(1 / 3f);
  }

  @Test
  void halvesAreRoundedToTheNearestEven() {
    assertThat(Numbers.round(ElementType.FLOAT16, 1 + 0x1p-11)).isEqualTo(1);
    assertThat(Numbers.round(ElementType.FLOAT16, 70_000)).isInfinite();
    assertThat(Numbers.round(ElementType.BFLOAT16, 1 + 0x1p-8)).isEqualTo(1);
    assertThat(Numbers.round(ElementType.BFLOAT16, 1 + 3 * 0x1p-8)).isEqualTo(1 + 0x1p-6);
    assertThat(Numbers.round(ElementType.BFLOAT16, Float.MAX_VALUE)).isInfinite();
    assertThat(Numbers.round(ElementType.BFLOAT16, Double.NaN)).isNaN();
  }

  @Test
  void integersKeepTheirLowBits() {
    assertThat(Numbers.wrap(ElementType.UINT8, -1)).isEqualTo(255);
    assertThat(Numbers.wrap(ElementType.INT8, 200)).isEqualTo(-56);
    assertThat(Numbers.wrap(ElementType.UINT32, -1)).isEqualTo(0xffff_ffffL);
    assertThat(Numbers.wrap(ElementType.BOOL, 7)).isEqualTo(1);
    assertThat(Numbers.toReal(ElementType.UINT64, -1)).isEqualTo(0x1p64);
    assertThat(Numbers.toInteger(ElementType.UINT64, 0x1p63)).isEqualTo(Long.MIN_VALUE);
    assertThat(Numbers.toInteger(ElementType.INT32, -2.9)).isEqualTo(-2);
    assertThat(Numbers.saturate(ElementType.UINT8, 300)).isEqualTo(255);
    assertThat(Numbers.saturate(ElementType.INT8, 2.5)).isEqualTo(2);
  }

  @Test
  void unsignedIntegersOf64BitsCompareAsSuch() {
    Values large = Values.of(new TensorType(ElementType.UINT64, 1), new long[] {-1});
    Values one = Values.of(new TensorType(ElementType.UINT64, 1), new long[] {1});

    assertThat(OneNode.of("Max", 13).input(large).input(one).run()).isEqualTo(large);
    assertThat(OneNode.of("Greater", 13).input(large).input(one).run().integers())
        .containsExactly(1);
    assertThat(OneNode.of("Div", 14).input(large).input(large).run()).isEqualTo(one);
  }

  @Test
  void arraysMustFit() {
    assertThatThrownBy(() -> Values.floats(new double[2], 3))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("FLOAT[3] has 3 elements but the array has 2");
    assertThatThrownBy(() -> Values.of(new TensorType(ElementType.INT8), new double[1]))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> Values.list(1).reals()).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void anEmptyTensorMayNotHideDimensionsThatOverflow() {
    assertThat(new TensorType(ElementType.FLOAT, 0, 1L << 40).elementCount()).isZero();
    assertThatThrownBy(() -> new TensorType(ElementType.FLOAT, 0, 1L << 40, 1L << 40))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("overflows");
  }
}
