package io.github.conv4j.networks.internal.definition;

import static io.github.conv4j.networks.internal.definition.OneNode.counting;
import static io.github.conv4j.networks.internal.definition.OneNode.floats;
import static io.github.conv4j.networks.internal.definition.OneNode.scalar;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.graph.ElementType;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Nodes that ask for too much, or for what cannot be, are refused before memory is taken. */
@Timeout(20)
class HostileNodesTest {
  private static final long HUGE = 1L << 40;

  private static Values wide(long value) {
    return Values.scalar(value);
  }

  private static OneNode range(Values start, Values limit, Values delta) {
    return OneNode.of("Range", 11).input(start).input(limit).input(delta);
  }

  private static OneNode pool(long... kernel) {
    return OneNode.of("MaxPool", 12).input(counting(1, 1, 4, 4)).ints("kernel_shape", kernel);
  }

  private static OneNode conv(Values weights) {
    return OneNode.of("Conv", 11).input(counting(1, 2, 4, 4)).input(weights);
  }

  private static OneNode resize(Values scales, @Nullable Values sizes) {
    OneNode node = OneNode.of("Resize", 13).input(counting(1, 1, 2, 2)).absent().input(scales);
    return sizes == null ? node : node.input(sizes);
  }

  static Stream<Arguments> tooMuch() {
    String limit = "more than the limit of 134217728 elements";
    return Stream.of(
        Arguments.of(limit, range(wide(0), wide(1L << 31), wide(1))),
        Arguments.of(limit, range(scalar(0), scalar(1e30), scalar(1e-30))),
        Arguments.of("overflow", range(wide(Long.MIN_VALUE), wide(Long.MAX_VALUE), wide(1))),
        Arguments.of("overflow", range(wide(Long.MIN_VALUE), wide(0), wide(-1))),
        Arguments.of("delta of 0", range(wide(0), wide(1), wide(0))),
        Arguments.of("without a length", range(scalar(0), scalar(Double.NaN), scalar(1))),
        Arguments.of(limit, OneNode.of("Expand", 13).input(floats(1)).input(Values.list(HUGE, 1))),
        Arguments.of(
            "overflows", OneNode.of("Expand", 13).input(floats(1)).input(Values.list(HUGE, HUGE))),
        Arguments.of(
            limit, OneNode.of("Tile", 13).input(counting(2, 2)).input(Values.list(HUGE, 1))),
        Arguments.of(
            "overflow",
            OneNode.of("Tile", 13).input(counting(2, 2)).input(Values.list(1L << 62, 1))),
        Arguments.of(limit, OneNode.of("ConstantOfShape", 9).input(Values.list(HUGE))),
        Arguments.of(limit, OneNode.of("ConstantOfShape", 9).input(Values.list(0, HUGE))),
        Arguments.of("dimension of -1", OneNode.of("ConstantOfShape", 9).input(Values.list(-1))),
        Arguments.of(limit, OneNode.of("Pad", 13).input(floats(1)).input(Values.list(0, HUGE))),
        Arguments.of(
            "overflow",
            OneNode.of("Pad", 13)
                .input(floats(1))
                .input(Values.list(Long.MAX_VALUE, Long.MAX_VALUE))),
        Arguments.of(
            "pads away more than all",
            OneNode.of("Pad", 13).input(floats(1)).input(Values.list(-2, 0))),
        Arguments.of(limit, resize(floats(), Values.list(1, 1, HUGE, 2))),
        Arguments.of("has a size of -1", resize(floats(), Values.list(1, 1, -1, 2))),
        Arguments.of("has a scale of", resize(floats(1, 1, 1e30, 1), null)),
        Arguments.of("has a scale of NaN", resize(floats(1, 1, Double.NaN, 1), null)),
        Arguments.of(
            limit,
            OneNode.of("OneHot", 11)
                .input(Values.list(0))
                .input(Values.list(HUGE))
                .input(floats(0, 1))),
        Arguments.of("window or padding", pool(2, 2).ints("pads", 0, 0, HUGE, 0)),
        Arguments.of("window or padding", conv(counting(1, 2, 1, 1)).ints("pads", HUGE, 0, 0, 0)),
        Arguments.of(limit, conv(counting(1, 2, 1, 1)).ints("pads", 1 << 30, 0, 0, 0)));
  }

  static Stream<Arguments> malformed() {
    Values image = counting(1, 1, 4, 4);
    return Stream.of(
        Arguments.of("spans 5 elements", pool(5, 5)),
        Arguments.of("overflow", pool(HUGE, 2).ints("dilations", HUGE, 1)),
        Arguments.of("kernel of extent 0", pool(0, 2)),
        Arguments.of("strides of 0", pool(2, 2).ints("strides", 0, 1)),
        Arguments.of("pad of -1", pool(2, 2).ints("pads", -1, 0, 0, 0)),
        Arguments.of("has 3 pads, not 4", pool(2, 2).ints("pads", 0, 0, 0)),
        Arguments.of("has auto_pad \"MAYBE\"", pool(2, 2).text("auto_pad", "MAYBE")),
        Arguments.of("a kernel of 3 dimensions", pool(2, 2, 2)),
        Arguments.of("window or padding", pool(2, 2).ints("strides", HUGE, 1)),
        Arguments.of("whose channels do not fit", conv(counting(1, 3, 1, 1))),
        Arguments.of(
            "whose channels do not fit", conv(counting(1, 1, 1, 1)).integer("group", HUGE)),
        Arguments.of("has group 0", conv(counting(1, 2, 1, 1)).integer("group", 0)),
        Arguments.of("has group -1", conv(counting(1, 2, 1, 1)).integer("group", -1)),
        Arguments.of(
            "has kernel_shape [2, 2]", conv(counting(1, 2, 1, 1)).ints("kernel_shape", 2, 2)),
        Arguments.of("the same 3 or more dimensions", conv(counting(1, 2))),
        Arguments.of(
            "which must be a list of integers and is an integer", pool(2, 2).integer("strides", 2)),
        Arguments.of(
            "which must be an integer and is a text",
            OneNode.of("Concat", 13).input(image).text("axis", "1")),
        Arguments.of("has no attribute axis", OneNode.of("Concat", 13).input(image)),
        Arguments.of(
            "has axis 4, which a tensor of 4 dimensions does not have",
            OneNode.of("Concat", 13).input(image).integer("axis", 4)),
        Arguments.of("has axis -5", OneNode.of("Softmax", 13).input(image).integer("axis", -5)),
        Arguments.of(
            "has axis 0 twice",
            OneNode.of("Transpose", 13).input(counting(2, 2)).ints("perm", 0, 0)),
        Arguments.of(
            "cannot join",
            OneNode.of("Concat", 13)
                .input(counting(2, 2))
                .input(counting(2, 3))
                .integer("axis", 0)),
        Arguments.of(
            "cannot broadcast [2] and [3]",
            OneNode.of("Add", 14).input(floats(1, 2)).input(floats(1, 2, 3))),
        Arguments.of(
            "of one type, not FLOAT[1] and INT64[1]",
            OneNode.of("Add", 14).input(floats(1)).input(Values.list(1))),
        Arguments.of(
            "divides an integer by zero",
            OneNode.of("Div", 14).input(Values.list(1)).input(Values.list(0))),
        Arguments.of(
            "divides an integer by zero",
            OneNode.of("Mod", 13).input(Values.list(1)).input(Values.list(0))),
        Arguments.of(
            "has index 2 of an axis of 2",
            OneNode.of("Gather", 13).input(floats(1, 2)).input(Values.list(2))),
        Arguments.of(
            "has index -9223372036854775808",
            OneNode.of("Gather", 13).input(floats(1, 2)).input(Values.list(Long.MIN_VALUE))),
        Arguments.of(
            "has a step of 0",
            OneNode.of("Slice", 13)
                .input(floats(1))
                .input(Values.list(0))
                .input(Values.list(1))
                .input(Values.list(0))
                .input(Values.list(0))),
        Arguments.of(
            "leaves two dimensions to be inferred",
            OneNode.of("Reshape", 13).input(floats(1)).input(Values.list(-1, -1))),
        Arguments.of(
            "cannot infer a dimension",
            OneNode.of("Reshape", 13).input(counting(2, 3)).input(Values.list(-1, 4))),
        Arguments.of(
            "cannot make FLOAT[4]",
            OneNode.of("Reshape", 13).input(counting(2, 3)).input(Values.list(4))),
        Arguments.of(
            "cannot drop axis 0",
            OneNode.of("Squeeze", 13).input(counting(2, 3)).input(Values.list(0))),
        Arguments.of(
            "has blocksize 0", OneNode.of("DepthToSpace", 13).input(image).integer("blocksize", 0)),
        Arguments.of(
            "overflow", OneNode.of("DepthToSpace", 13).input(image).integer("blocksize", HUGE)),
        Arguments.of(
            "asks for 3 of 2 elements",
            OneNode.of("TopK", 11).input(floats(1, 2)).input(Values.list(3)).outputs(2)),
        Arguments.of(
            "has parts of 3 elements together, not 2",
            OneNode.of("Split", 13).input(floats(1, 2)).input(Values.list(1, 2)).outputs(2)),
        Arguments.of("has size 0", OneNode.of("LRN", 13).input(image).integer("size", 0)),
        Arguments.of(
            "has 2 inputs, which must be 1", OneNode.of("Relu", 13).input(image).input(image)),
        Arguments.of(
            "has 2 attributes, not one value",
            OneNode.of("Constant", 13).integer("value_int", 1).real("value_float", 1)),
        Arguments.of(
            "has equation \"ij\" for 2 inputs",
            OneNode.of("Einsum", 12).input(image).input(image).text("equation", "ij")),
        Arguments.of(
            "has \"i.\" in its equation",
            OneNode.of("Einsum", 12).input(counting(2, 2)).text("equation", "i.->i")),
        Arguments.of(
            "its result, which no input has",
            OneNode.of("Einsum", 12).input(counting(2, 2)).text("equation", "ij->k")));
  }

  @ParameterizedTest
  @MethodSource({"tooMuch", "malformed"})
  void isRefusedInOneSentence(String message, OneNode node) {
    assertThatThrownBy(node::run)
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining(message)
        .hasMessageMatching("[A-Z].*")
        .hasMessageNotContaining("\n");
  }

  @Test
  void theLimitOfOneTensorIsTheCallersChoice() {
    OneNode node = OneNode.of("Tile", 13).input(floats(1)).input(Values.list(100));
    assertThat(node.within(ElementLimits.DEFAULT.withElements(100)).run().size()).isEqualTo(100);
    assertThatThrownBy(node.within(ElementLimits.DEFAULT.withElements(99))::run)
        .hasMessageContaining("the limit of 99 elements");
  }

  @Test
  void inputsAreHeldAgainstTheLimitToo() {
    assertThatThrownBy(
            OneNode.of("Relu", 13).input(counting(10)).within(ElementLimits.DEFAULT.withElements(9))
                ::run)
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("\"input0\" is FLOAT[10], more than the limit of 9 elements");
  }

  @Test
  void whatIsKeptAtOneTimeIsLimited() {
    OneNode node =
        OneNode.of("Relu", 13).input(counting(10)).within(new ElementLimits(100, 19, 100));
    assertThatThrownBy(node::run)
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("needs 10 elements beside 10 others, more than the limit of 19");
  }

  @Test
  void aWindowThatSeesOnlyPaddingCostsNothing() {
    Values pooled =
        pool(2, 2).ints("pads", 3, 3, 3, 3).ints("strides", 9, 9).ints("dilations", 1, 1).run();
    assertThat(pooled.reals()).containsExactly(Double.NEGATIVE_INFINITY);
  }

  @Test
  void anInvalidModelNamesItsNode() {
    assertThatThrownBy(OneNode.of("Flatten", 13).input(floats(1)).integer("axis", 7)::run)
        .hasMessageStartingWith("Flatten \"flatten_1\" has axis 7");
  }

  @Test
  void typesAreCheckedBeforeValuesAreLookedAt() {
    assertThatThrownBy(OneNode.of("Sqrt", 13).input(Values.list(4))::run)
        .isInstanceOf(InvalidModelException.class)
        .hasMessageContaining("needs floating-point numbers as input 0, not INT64[1]");
    Values truth = Values.of(new TensorType(ElementType.BOOL, 1), new long[1]);
    assertThatThrownBy(OneNode.of("Add", 13).input(truth).input(truth)::run)
        .hasMessageContaining("needs numbers as input 0");
  }
}
