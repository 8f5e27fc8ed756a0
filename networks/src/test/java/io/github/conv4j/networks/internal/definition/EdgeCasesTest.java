package io.github.conv4j.networks.internal.definition;

import static io.github.conv4j.networks.internal.definition.OneNode.counting;
import static io.github.conv4j.networks.internal.definition.OneNode.floats;
import static io.github.conv4j.networks.internal.definition.OneNode.scalar;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.ElementType;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Empty tensors, scalars, negative axes, and numbers at the edges of functions. */
class EdgeCasesTest {
  private static final Values EMPTY = counting(0, 3);

  @Test
  void emptyTensorsStayEmpty() {
    assertThat(OneNode.of("Relu", 14).input(EMPTY).run()).isEqualTo(EMPTY);
    assertThat(OneNode.of("Softmax", 13).input(EMPTY).run()).isEqualTo(EMPTY);
    assertThat(OneNode.of("Transpose", 13).input(EMPTY).run()).isEqualTo(counting(3, 0));
    assertThat(OneNode.of("Concat", 13).input(EMPTY).input(counting(1, 3)).integer("axis", 0).run())
        .isEqualTo(counting(1, 3));
    assertThat(OneNode.of("MatMul", 13).input(counting(2, 0)).input(EMPTY).run())
        .isEqualTo(Values.floats(new double[6], 2, 3));
    assertThat(OneNode.of("NonZero", 13).input(EMPTY).run().type())
        .isEqualTo(new TensorType(ElementType.INT64, 2, 0));
    assertThat(
            OneNode.of("Gather", 13)
                .input(EMPTY)
                .input(Values.list(2, -1))
                .integer("axis", 1)
                .run())
        .isEqualTo(counting(0, 2));
    assertThat(OneNode.of("Conv", 11).input(counting(0, 1, 3)).input(counting(2, 1, 2)).run())
        .isEqualTo(counting(0, 2, 2));
    assertThat(OneNode.of("GlobalAveragePool", 7).input(counting(0, 2, 3)).run())
        .isEqualTo(counting(0, 2, 1));
  }

  @Test
  void nothingReducesToTheNeutralElement() {
    assertThat(reduced("ReduceSum")).containsExactly(0, 0, 0);
    assertThat(reduced("ReduceProd")).containsExactly(1, 1, 1);
    assertThat(reduced("ReduceMax")).containsOnly(Double.NEGATIVE_INFINITY);
    assertThat(reduced("ReduceMin")).containsOnly(Double.POSITIVE_INFINITY);
    assertThat(reduced("ReduceLogSumExp")).containsOnly(Double.NEGATIVE_INFINITY);
  }

  private static double[] reduced(String operator) {
    return OneNode.of(operator, 18).input(EMPTY).input(Values.list(0)).run().reals();
  }

  @Test
  void scalarsHaveNoAxes() {
    assertThat(OneNode.of("Add", 14).input(scalar(1)).input(scalar(2)).run()).isEqualTo(scalar(3));
    assertThat(OneNode.of("Shape", 13).input(scalar(1)).run()).isEqualTo(Values.list());
    assertThat(OneNode.of("Size", 13).input(scalar(1)).run()).isEqualTo(Values.scalar(1));
    assertThat(OneNode.of("Reshape", 13).input(floats(5)).input(Values.list()).run())
        .isEqualTo(scalar(5));
    assertThat(OneNode.of("ReduceSum", 13).input(counting(2, 2)).integer("keepdims", 0).run())
        .isEqualTo(scalar(6));
    assertThat(OneNode.of("Expand", 13).input(scalar(7)).input(Values.list(2)).run())
        .isEqualTo(floats(7, 7));
    assertThat(OneNode.of("Gather", 13).input(floats(4, 5)).input(Values.scalar(-1)).run())
        .isEqualTo(scalar(5));
  }

  @Test
  void broadcastingAlignsAtTheEnd() {
    Values sum = OneNode.of("Add", 14).input(counting(2, 1, 2)).input(counting(3, 1)).run();
    assertThat(sum.type().dims()).containsExactly(2, 3, 2);
    assertThat(sum.reals()).containsExactly(0, 1, 1, 2, 2, 3, 2, 3, 3, 4, 4, 5);
    assertThat(OneNode.of("Mul", 14).input(counting(0, 2)).input(floats(1)).run())
        .isEqualTo(counting(0, 2));
  }

  @Test
  void aVectorTimesAMatrixLosesItsAxis() {
    assertThat(OneNode.of("MatMul", 13).input(floats(1, 2)).input(counting(2, 3)).run())
        .isEqualTo(floats(6, 9, 12));
    assertThat(OneNode.of("MatMul", 13).input(counting(2, 3)).input(floats(1, 0, 0)).run())
        .isEqualTo(floats(0, 3));
    assertThat(OneNode.of("MatMul", 13).input(floats(1, 2)).input(floats(3, 4)).run())
        .isEqualTo(scalar(11));
    assertThat(
            OneNode.of("MatMul", 13)
                .input(counting(2, 1, 1, 2))
                .input(counting(3, 2, 1))
                .run()
                .type()
                .dims())
        .containsExactly(2, 3, 1, 1);
  }

  @Test
  void negativeStepsRunToTheFront() {
    Values reversed =
        OneNode.of("Slice", 13)
            .input(counting(2, 3))
            .input(Values.list(-1, 1))
            .input(Values.list(-4, Long.MIN_VALUE))
            .input(Values.list(-1, 0))
            .input(Values.list(-2, -1))
            .run();
    assertThat(reversed).isEqualTo(Values.floats(new double[] {5, 3, 2, 0}, 2, 2));
    Values none =
        OneNode.of("Slice", 13)
            .input(floats(1, 2))
            .input(Values.list(5))
            .input(Values.list(Long.MAX_VALUE))
            .run();
    assertThat(none).isEqualTo(floats());
  }

  @Test
  void ceilModeDropsAWindowThatBeginsInThePadding() {
    OneNode pool =
        OneNode.of("MaxPool", 12)
            .input(counting(1, 1, 3))
            .ints("kernel_shape", 1)
            .ints("strides", 2)
            .ints("pads", 0, 2)
            .integer("ceil_mode", 1);
    assertThat(pool.run().reals()).containsExactly(0, 2);
  }

  @Test
  void averagesCountPaddingOnlyWhereToldAndNothingBeyond() {
    OneNode pool =
        OneNode.of("AveragePool", 11)
            .input(Values.floats(new double[] {6, 6, 6, 6}, 1, 1, 4))
            .ints("kernel_shape", 3)
            .ints("strides", 2)
            .ints("pads", 1, 1)
            .integer("ceil_mode", 1);
    assertThat(pool.run().reals()).containsExactly(6, 6, 6);
    assertThat(pool.integer("count_include_pad", 1).run().reals()).containsExactly(4, 6, 3);
  }

  @Test
  void argMaxOfEqualsIsTheFirstUnlessToldOtherwise() {
    Values src = floats(1, 3, 3);
    assertThat(OneNode.of("ArgMax", 13).input(src).run()).isEqualTo(Values.list(1));
    assertThat(OneNode.of("ArgMax", 13).input(src).integer("select_last_index", 1).run())
        .isEqualTo(Values.list(2));
    assertThat(OneNode.of("ArgMin", 13).input(src).integer("keepdims", 0).run())
        .isEqualTo(Values.scalar(0));
  }

  @Test
  void whatIsNotANumberIsMostExtreme() {
    Values unknown = floats(3, Double.NaN, 5, Double.NaN);
    for (String operator : List.of("ArgMax", "ArgMin")) {
      assertThat(OneNode.of(operator, 13).input(unknown).run()).isEqualTo(Values.list(1));
    }
  }

  @Test
  void softmaxOfLargeNumbersIsFinite() {
    assertThat(OneNode.of("Softmax", 13).input(floats(1e30, 1e30)).run()).isEqualTo(floats(.5, .5));
    assertThat(OneNode.of("LogSoftmax", 13).input(floats(1e4, 0)).run()).isEqualTo(floats(0, -1e4));
  }

  /** To 16 digits, from tables. */
  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "0.1, 0.1124629160182849",
    "0.5, 0.5204998778130465",
    "1, 0.8427007929497149",
    "2, 0.9953222650189527",
    "2.4, 0.9993114861033549",
    "2.6, 0.9997639655834707",
    "3, 0.9999779095030014",
    "5, 0.9999999999984626",
    "9, 1"
  })
  void errorFunction(double x, double expected) {
    assertThat(Special.erf(x)).isCloseTo(expected, within(2e-15));
    assertThat(Special.erf(-x)).isCloseTo(-expected, within(2e-15));
  }

  @Test
  void roundingToIntegersPrefersEven() {
    assertThat(OneNode.of("Round", 11).input(floats(0.5, 1.5, -2.5)).run())
        .isEqualTo(floats(0, 2, -2.0));
    Values quantized =
        OneNode.of("QuantizeLinear", 13).input(floats(0.5, 1.5, 300, -1)).input(scalar(1)).run();
    assertThat(quantized.type().element()).isEqualTo(ElementType.UINT8);
    assertThat(quantized.integers()).containsExactly(0, 2, 255, 0);
  }

  @Test
  void recurrenceEndsWhereItsSequenceEnds() {
    Values lengths = Values.of(new TensorType(ElementType.INT32, 2), new long[] {2, 1});
    OneNode sums =
        OneNode.of("RNN", 14)
            .input(counting(2, 2, 1))
            .input(Values.floats(new double[] {1}, 1, 1, 1))
            .input(Values.floats(new double[] {1}, 1, 1, 1))
            .absent()
            .input(lengths)
            .attribute("activations", new Attribute.Texts(List.of("Affine")))
            .integer("hidden_size", 1)
            .outputs(2);
    assertThat(sums.runAll().get(0).reals()).containsExactly(0, 1, 2, 0);
    assertThat(sums.runAll().get(1).reals()).containsExactly(2, 1);
    assertThat(sums.text("direction", "reverse").runAll().get(0).reals())
        .containsExactly(2, 1, 2, 0);
  }
}
