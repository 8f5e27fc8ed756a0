package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.conv4j.PostOp.Operand;
import io.github.conv4j.tensor.Shape;
import java.util.Collections;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PostOpsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "relu",
        "relu:0.1",
        "prelu",
        "prelu:run",
        "elu:1",
        "sigmoid",
        "tanh",
        "gelu_erf",
        "gelu_tanh",
        "swish:1",
        "hardswish",
        "hardsigmoid:0.2:0.5",
        "clip:0:6",
        "clip:-inf:inf",
        "linear:-1.5:1.0E-5",
        "abs",
        "square",
        "sqrt",
        "exp",
        "add:per_oc",
        "sub:per_tensor:run",
        "mul:2.5",
        "div:common:run",
        "min:per_oc:run",
        "max:per_tensor",
        "relu,add:per_oc,clip:0:6"
      })
  void textIsReadBack(String text) {
    PostOps postOps = PostOps.parse(text);

    assertThat(postOps).hasToString(text);
    assertThat(PostOps.parse(postOps.toString())).isEqualTo(postOps);
  }

  @ParameterizedTest
  @CsvSource({
    "leaky_relu:0.1, relu:0.1",
    "relu:0, relu",
    "silu, swish:1",
    "logistic, sigmoid",
    "elu, elu:1",
    "hardsigmoid, hardsigmoid:0.2:0.5"
  })
  void otherNamesAreUnderstood(String text, String canonical) {
    assertThat(PostOps.parse(text)).hasToString(canonical);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "relu,",
        "relo",
        "relu:x",
        "relu:1:2",
        "clip:6:0",
        "clip:1",
        "clip:nan:1",
        "add",
        "add:common",
        "add:2:run",
        "add:per_oc:2",
        "prelu:per_tensor"
      })
  void whatCannotBeReadIsRefused(String text) {
    assertThatThrownBy(() -> PostOps.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("'");
  }

  @Test
  void moreThanThirtyTwoAreRefused() {
    assertThat(PostOps.of(Collections.nCopies(32, PostOp.relu())).list()).hasSize(32);
    assertThatThrownBy(() -> PostOps.of(Collections.nCopies(33, PostOp.relu())))
        .hasMessageContaining("up to 32 post-ops but got 33");
  }

  @Test
  void operandsAreListedByWhereTheyComeFrom() {
    PostOps postOps = PostOps.parse("add:1,mul:per_oc,add:per_tensor:run,prelu,max:common:run");

    assertThat(postOps.requestOperands())
        .containsExactly(Operand.perChannel(), Operand.perChannel());
    assertThat(postOps.runOperands())
        .containsExactly(Operand.full().atEachRun(), Operand.scalarAtEachRun());
    assertThat(postOps.isPointwise()).isFalse();
    assertThat(PostOps.parse("relu,add:1").isPointwise()).isTrue();
    assertThat(Operand.full().shape(Shape.of(1, 3, 5, 7))).isEqualTo(Shape.of(1, 3, 5, 7));
    assertThat(Operand.perChannel().shape(Shape.of(1, 3, 5, 7))).isEqualTo(Shape.of(3));
    assertThat(Operand.scalarAtEachRun().shape(Shape.of(1, 3, 5, 7))).isEqualTo(Shape.of(1));
  }

  @Test
  void impossibleOperandsAreRefused() {
    assertThatThrownBy(() -> Operand.scalar(Float.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> Operand.scalar(2).atEachRun()).hasMessageContaining("scalar 2.0");
    assertThatThrownBy(() -> PostOps.parse("add:per_oc").apply(1))
        .isInstanceOf(IllegalStateException.class);
  }

  /** Values from tables and from the functions' own identities, not from the code. */
  @ParameterizedTest
  @CsvSource({
    "relu, -3, 0",
    "relu, 3, 3",
    "relu:0.25, -8, -2",
    "elu:2, -1, -1.2642411176571153",
    "sigmoid, 0, 0.5",
    "sigmoid, 1, 0.7310585786300049",
    "tanh, 0.5, 0.46211715726000975",
    "gelu_erf, 1, 0.8413447460685429",
    "gelu_erf, -1, -0.15865525393145707",
    "gelu_erf, -5, -1.4332578593e-6",
    "gelu_tanh, 1, 0.8411919906082768",
    "swish:1, 1, 0.7310585786300049",
    "swish:2, 1, 0.8807970779778823",
    "hardswish, 1, 0.6666666666666666",
    "hardswish, -4, 0",
    "hardswish, 4, 4",
    "hardsigmoid:0.2:0.5, 1, 0.7",
    "hardsigmoid:0.2:0.5, 9, 1",
    "clip:-1:6, 9, 6",
    "clip:-1:6, -9, -1",
    "linear:2:-1, 3, 5",
    "abs, -3, 3",
    "square, -3, 9",
    "sqrt, 9, 3",
    "exp, 1, 2.718281828459045",
    "add:2, 3, 5",
    "sub:2, 3, 1",
    "mul:2, 3, 6",
    "div:2, 3, 1.5",
    "min:2, 3, 2",
    "max:2, 3, 3",
    "'abs,sqrt,linear:2:1,clip:0:6', -4, 5"
  })
  void eachIsWhatItsFormulaSays(String text, double x, double y) {
    assertThat(PostOps.parse(text).apply(x)).isCloseTo(y, within(1e-8));
  }

  @Test
  void aNotANumberBecomesTheBoundThatItMeets() {
    assertThat(PostOp.relu().apply(Double.NaN, 0)).isZero();
    assertThat(PostOp.clip(-1, 6).apply(Double.NaN, 0)).isEqualTo(-1);
    assertThat(PostOp.max(Operand.scalar(2)).apply(Double.NaN, 2)).isEqualTo(2);
    assertThat(PostOp.min(Operand.perChannel()).apply(2, Double.NaN)).isNaN();
    assertThat(PostOp.hardSigmoid(1, 0).apply(Double.NaN, 0)).isEqualTo(1);
    for (String text : new String[] {"relu:0.1", "elu", "sigmoid", "tanh", "gelu_erf", "exp"}) {
      assertThat(PostOps.parse(text).apply(Double.NaN)).as(text).isNaN();
    }
    assertThat(PostOp.relu().apply(Double.NEGATIVE_INFINITY, 0)).isZero();
    assertThat(PostOp.geluErf().apply(Double.NEGATIVE_INFINITY, 0)).isNaN();
    assertThat(PostOp.geluErf().apply(Double.POSITIVE_INFINITY, 0)).isInfinite();
  }

  @Test
  void convolutionsDifferByThem() {
    Convolution plain = Convolution.conv2d(3, 8).kernel(3).build();
    Convolution relu = plain.withPostOps(PostOps.parse("relu"));

    assertThat(relu)
        .isNotEqualTo(plain)
        .hasToString(plain.toString().replace(")", ", post-ops relu)"));
    assertThat(relu.toBuilder().build()).isEqualTo(relu).hasSameHashCodeAs(relu);
    assertThat(relu.withPostOps(PostOps.none())).isEqualTo(plain);
  }
}
