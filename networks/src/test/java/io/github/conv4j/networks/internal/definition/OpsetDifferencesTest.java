package io.github.conv4j.networks.internal.definition;

import static io.github.conv4j.networks.internal.definition.OneNode.counting;
import static io.github.conv4j.networks.internal.definition.OneNode.floats;
import static io.github.conv4j.networks.internal.definition.OneNode.scalar;
import static io.github.conv4j.networks.internal.definition.OneNode.truths;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.ElementType;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same name means different things in different versions of the operator set. */
class OpsetDifferencesTest {
  @Test
  void clipHasItsBoundsAsAttributesBefore11() {
    Values src = floats(-3, 0.5, 9);
    Values early = OneNode.of("Clip", 10).input(src).real("min", 0).real("max", 6).run();
    Values late = OneNode.of("Clip", 11).input(src).input(scalar(0)).input(scalar(6)).run();

    assertThat(early.reals()).containsExactly(0, 0.5, 6);
    assertThat(late).isEqualTo(early);
    assertThat(OneNode.of("Clip", 13).input(src).absent().input(scalar(1)).run().reals())
        .containsExactly(-3, 0.5, 1);
    refused("has attribute min", OneNode.of("Clip", 11).input(src).real("min", 0));
    refused("has 2 inputs", OneNode.of("Clip", 10).input(src).input(scalar(0)));
  }

  @Test
  void padHasItsPadsAsAttributesBefore11AndAxesFrom18() {
    Values src = floats(1, 2);
    double[] expected = {7, 1, 2, 7, 7};
    assertThat(OneNode.of("Pad", 10).input(src).ints("pads", 1, 2).real("value", 7).run().reals())
        .containsExactly(expected);
    assertThat(
            OneNode.of("Pad", 11)
                .input(src)
                .input(Values.list(1, 2))
                .input(scalar(7))
                .run()
                .reals())
        .containsExactly(expected);
    Values square = counting(2, 2);
    assertThat(
            OneNode.of("Pad", 18)
                .input(square)
                .input(Values.list(1, 0))
                .absent()
                .input(Values.list(-1))
                .run()
                .reals())
        .containsExactly(0, 0, 1, 0, 2, 3);
  }

  @Test
  void padWrapsFrom19() {
    OneNode wrapping =
        OneNode.of("Pad", 19).input(floats(1, 2, 3)).input(Values.list(2, 4)).text("mode", "wrap");
    assertThat(wrapping.run().reals()).containsExactly(2, 3, 1, 2, 3, 1, 2, 3, 1);
    refused(
        "has mode \"wrap\"",
        OneNode.of("Pad", 18).input(floats(1)).input(Values.list(0, 0)).text("mode", "wrap"));
  }

  @Test
  void squeezeAndUnsqueezeHaveTheirAxesAsInputFrom13() {
    Values src = counting(1, 2, 1);
    assertThat(OneNode.of("Squeeze", 11).input(src).ints("axes", -1).run().type().dims())
        .containsExactly(1, 2);
    assertThat(OneNode.of("Squeeze", 13).input(src).input(Values.list(-1)).run().type().dims())
        .containsExactly(1, 2);
    assertThat(OneNode.of("Squeeze", 13).input(src).run().type().dims()).containsExactly(2);
    assertThat(OneNode.of("Unsqueeze", 11).input(floats(1)).ints("axes", 0, 2).run().type().dims())
        .containsExactly(1, 1, 1);
    assertThat(
            OneNode.of("Unsqueeze", 13).input(floats(1)).input(Values.list(0)).run().type().dims())
        .containsExactly(1, 1);
    refused("has attribute axes", OneNode.of("Squeeze", 13).input(src).ints("axes", 0));
  }

  @Test
  void softmaxIsOverAllAxesBehindBefore13AndOverOneSince() {
    Values src = Values.floats(new double[4], 1, 2, 2);
    assertThat(OneNode.of("Softmax", 12).input(src).integer("axis", 1).run().reals())
        .containsOnly(0.25);
    assertThat(OneNode.of("Softmax", 13).input(src).integer("axis", 1).run().reals())
        .containsOnly(0.5);
    assertThat(OneNode.of("Softmax", 13).input(counting(1, 2)).run().reals()[1])
        .isEqualTo(1 / (1 + Math.exp(-1)));
  }

  @Test
  void reductionsHaveTheirAxesAsInputFrom18ButReduceSumFrom13() {
    Values src = counting(2, 3);
    assertThat(OneNode.of("ReduceSum", 11).input(src).ints("axes", 1).integer("keepdims", 0).run())
        .isEqualTo(floats(3, 12));
    assertThat(
            OneNode.of("ReduceSum", 13)
                .input(src)
                .input(Values.list(1))
                .integer("keepdims", 0)
                .run())
        .isEqualTo(floats(3, 12));
    assertThat(OneNode.of("ReduceMean", 17).input(src).ints("axes", -2).run().reals())
        .containsExactly(1.5, 2.5, 3.5);
    assertThat(OneNode.of("ReduceMean", 18).input(src).input(Values.list(-2)).run().reals())
        .containsExactly(1.5, 2.5, 3.5);
    refused(
        "has 2 inputs, which must be 1",
        OneNode.of("ReduceMean", 17).input(src).input(Values.list(0)));
  }

  @Test
  void noAxesReduceEverythingUnlessToldOtherwise() {
    Values src = floats(1, -2);
    OneNode node = OneNode.of("ReduceL1", 18).input(src).input(Values.list());
    assertThat(node.run().reals()).containsExactly(3);
    assertThat(node.integer("noop_with_empty_axes", 1).run().reals()).containsExactly(1, 2);
  }

  @Test
  void splitTellsItsPartsInThreeWays() {
    Values src = floats(0, 1, 2, 3, 4);
    List<Values> expected = List.of(floats(0, 1), floats(2, 3, 4));
    assertThat(OneNode.of("Split", 11).input(src).ints("split", 2, 3).outputs(2).runAll())
        .isEqualTo(expected);
    assertThat(OneNode.of("Split", 13).input(src).input(Values.list(2, 3)).outputs(2).runAll())
        .isEqualTo(expected);
    assertThat(OneNode.of("Split", 18).input(src).integer("num_outputs", 2).outputs(2).runAll())
        .containsExactly(floats(0, 1, 2), floats(3, 4));
    refused(
        "cannot split 5 elements into 2 equal parts",
        OneNode.of("Split", 13).input(src).outputs(2));
  }

  @Test
  void upsampleAndResizeOf10TellScalesOnly() {
    Values src = counting(1, 1, 1, 2);
    double[] expected = {0, 0, 1, 1};
    Attribute scales = new Attribute.Reals(List.of(1f, 1f, 1f, 2f));
    assertThat(OneNode.of("Upsample", 7).input(src).attribute("scales", scales).run().reals())
        .containsExactly(expected);
    Values asInput = floats(1, 1, 1, 2);
    assertThat(OneNode.of("Upsample", 9).input(src).input(asInput).run().reals())
        .containsExactly(expected);
    assertThat(OneNode.of("Resize", 10).input(src).input(asInput).run().reals())
        .containsExactly(expected);
  }

  @Test
  void resizeOf10RoundsUpWhenItShrinksAndThatOf11ToTheNearest() {
    Values src = counting(1, 1, 1, 5);
    Values shrinking = floats(1, 1, 1, 0.6);
    assertThat(OneNode.of("Resize", 10).input(src).input(shrinking).run().reals())
        .containsExactly(0, 2, 4);
    assertThat(
            OneNode.of("Resize", 11)
                .input(src)
                .input(floats())
                .input(shrinking)
                .text("coordinate_transformation_mode", "asymmetric")
                .text("nearest_mode", "floor")
                .run()
                .reals())
        .containsExactly(0, 1, 3);
  }

  @Test
  void resizeTakesAxesFrom18() {
    Values resized =
        OneNode.of("Resize", 18)
            .input(counting(1, 1, 2, 1))
            .absent()
            .absent()
            .input(Values.list(4))
            .ints("axes", -2)
            .run();
    assertThat(resized.type().dims()).containsExactly(1, 1, 4, 1);
    assertThat(resized.reals()).containsExactly(0, 0, 1, 1);
  }

  @Test
  void topKHasItsCountAsAttributeBefore10AndAnOrderFrom11() {
    Values src = floats(3, 9, 1);
    assertThat(OneNode.of("TopK", 9).input(src).integer("k", 2).outputs(2).runAll())
        .containsExactly(floats(9, 3), Values.list(1, 0));
    assertThat(OneNode.of("TopK", 10).input(src).input(Values.list(1)).outputs(2).runAll())
        .containsExactly(floats(9), Values.list(1));
    assertThat(
            OneNode.of("TopK", 11)
                .input(src)
                .input(Values.list(2))
                .integer("largest", 0)
                .outputs(2)
                .runAll())
        .containsExactly(floats(1, 3), Values.list(2, 0));
  }

  @Test
  void sliceHasItsRangesAsAttributesBefore10() {
    Values src = floats(0, 1, 2, 3);
    assertThat(OneNode.of("Slice", 9).input(src).ints("starts", 1).ints("ends", 9).run())
        .isEqualTo(floats(1, 2, 3));
    assertThat(
            OneNode.of("Slice", 10)
                .input(src)
                .input(Values.list(-1))
                .input(Values.list(Long.MIN_VALUE))
                .input(Values.list(0))
                .input(Values.list(-2))
                .run())
        .isEqualTo(floats(3, 1));
  }

  @Test
  void gemmNeedsItsSummandBefore11() {
    OneNode without = OneNode.of("Gemm", 9).input(counting(1, 1)).input(counting(1, 1));
    refused("has 2 inputs, which must be 3", without);
    assertThat(OneNode.of("Gemm", 11).input(counting(1, 1)).input(counting(1, 1)).run().reals())
        .containsExactly(0);
  }

  @Test
  void dropoutIsAnIdentityWhoseMaskBecameATruthValueWith10() {
    assertThat(maskOf(9)).isEqualTo(ElementType.FLOAT);
    assertThat(maskOf(10)).isEqualTo(ElementType.BOOL);
    assertThat(OneNode.of("Dropout", 13).input(floats(5)).run()).isEqualTo(floats(5));
    Values training = truths(true).reshaped();
    assertThatThrownBy(OneNode.of("Dropout", 13).input(floats(5)).absent().input(training)::run)
        .isInstanceOf(UnsupportedOperatorException.class)
        .hasMessageContaining("training");
  }

  private static ElementType maskOf(int opset) {
    return OneNode.of("Dropout", opset)
        .input(floats(5))
        .outputs(2)
        .runAll()
        .get(1)
        .type()
        .element();
  }

  @Test
  void groupNormalizationScalesGroupsWith18AndChannelsWith21() {
    Values src = Values.floats(new double[] {-1, 1, -1, 1}, 1, 2, 2);
    Values early =
        OneNode.of("GroupNormalization", 18)
            .input(src)
            .input(floats(2))
            .input(floats(1))
            .integer("num_groups", 1)
            .real("epsilon", 0)
            .run();
    Values late =
        OneNode.of("GroupNormalization", 21)
            .input(src)
            .input(floats(2, 3))
            .input(floats(1, 0))
            .integer("num_groups", 1)
            .real("epsilon", 0)
            .run();
    assertThat(early.reals()).containsExactly(-1, 3, -1, 3);
    assertThat(late.reals()).containsExactly(-1, 3, -3, 3);
  }

  @Test
  void averagePoolDilatesFrom19() {
    OneNode late =
        OneNode.of("AveragePool", 19)
            .input(counting(1, 1, 5))
            .ints("kernel_shape", 2)
            .ints("dilations", 3);
    assertThat(late.run().reals()).containsExactly(1.5, 2.5);
    refused(
        "has attribute dilations",
        OneNode.of("AveragePool", 11)
            .input(counting(1, 1, 5))
            .ints("kernel_shape", 2)
            .ints("dilations", 3));
  }

  @Test
  void batchNormalizationIsForInferenceOnly() {
    OneNode training =
        OneNode.of("BatchNormalization", 14)
            .input(counting(1, 1, 2))
            .input(floats(1))
            .input(floats(0))
            .input(floats(0))
            .input(floats(1))
            .integer("training_mode", 1);
    assertThatThrownBy(training::run)
        .isInstanceOf(UnsupportedOperatorException.class)
        .hasMessageContaining("training");
  }

  @Test
  void reshapeKeepsADimensionForZeroUnlessToldOtherwise() {
    Values src = counting(0, 3);
    assertThat(OneNode.of("Reshape", 13).input(src).input(Values.list(0, -1)).graph().nodes())
        .hasSize(1);
    assertThat(
            OneNode.of("Reshape", 14)
                .input(src)
                .input(Values.list(3, 0))
                .integer("allowzero", 1)
                .run()
                .type()
                .dims())
        .containsExactly(3, 0);
    assertThat(
            OneNode.of("Reshape", 13)
                .input(counting(2, 3))
                .input(Values.list(0, -1, 1))
                .run()
                .type()
                .dims())
        .containsExactly(2, 3, 1);
  }

  @Test
  void whatAnOpsetDoesNotHaveIsRefusedByName() {
    for (OneNode node :
        List.of(
            OneNode.of("Gelu", 19).input(floats(1)),
            OneNode.of("Relu", 6).input(floats(1)),
            OneNode.of("Relu", 24).input(floats(1)),
            OneNode.of("NoSuchOperator", 17).input(floats(1)))) {
      assertThatThrownBy(node::run)
          .isInstanceOf(UnsupportedOperatorException.class)
          .hasMessageContaining("is not supported");
    }
  }

  private static void refused(String message, OneNode node) {
    assertThatThrownBy(node::run)
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(message);
  }
}
