package io.github.conv4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.Convolution;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConvolutionRequestTest {
  private static final Convolution CONVOLUTION = Convolution.conv2d(3, 8).kernel(3).build();
  private static final Shape DST = Shape.of(1, 8, 4, 5);

  private static TensorSpec src(Layout layout) {
    return TensorSpec.f32(layout, 1, 3, 6, 7);
  }

  private static Layout defaultDst(Layout layout) {
    TensorSpec dst = ConvolutionRequest.of(CONVOLUTION, src(layout)).dst();
    assertThat(dst.shape()).isEqualTo(DST);
    assertThat(dst.dataType()).isEqualTo(DataType.F32);
    return dst.layout();
  }

  @Test
  void theDefaultDstFollowsTheSource() {
    assertThat(defaultDst(Layout.NHWC)).isEqualTo(Layout.NHWC);
    assertThat(defaultDst(Layout.NCHW)).isEqualTo(Layout.NCHW);
    assertThat(defaultDst(Layout.ANY)).isEqualTo(Layout.ANY);
    assertThat(defaultDst(Layout.strided(300, 100, 12, 1))).isEqualTo(Layout.NCHW);
    assertThat(defaultDst(Layout.strided(300, 100, 14, 2))).isEqualTo(Layout.NCHW);
    assertThat(defaultDst(Layout.strided(400, 1, 60, 8))).isEqualTo(Layout.NHWC);
    assertThat(defaultDst(new Layout.Blocked(List.of(999L, 999L, 99L, 8L), List.of(1), List.of(8))))
        .isEqualTo(Layout.NHWC);
  }

  @Test
  void whatIsNotGivenIsRowMajor() {
    ConvolutionRequest request = ConvolutionRequest.of(CONVOLUTION, src(Layout.NHWC));

    assertThat(request.weightsSpec()).isEqualTo(TensorSpec.weights(Shape.of(8, 3, 3, 3)));
    assertThat(request.biasSpec()).hasValue(TensorSpec.bias(8));
    assertThat(request.weights()).isEmpty();
    assertThat(request.bias()).isEmpty();
    Convolution bare = CONVOLUTION.toBuilder().bias(false).build();
    assertThat(ConvolutionRequest.of(bare, src(Layout.NHWC)).biasSpec()).isEmpty();
  }

  @Test
  void partsThatDoNotFitAreRefusedWithBothSides() {
    ConvolutionRequest request = ConvolutionRequest.of(CONVOLUTION, src(Layout.NHWC));
    TensorSpec weights = request.weightsSpec();
    TensorSpec bias = TensorSpec.bias(8);

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ConvolutionRequest.of(CONVOLUTION, TensorSpec.f32(Layout.NHWC, 1, 4, 6, 7)))
        .withMessageContainingAll("3 channels", "1x4x6x7");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> request.withDst(TensorSpec.f32(Layout.NHWC, 1, 8, 4, 4)))
        .withMessageContainingAll("1x8x4x5", "1x8x4x4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> request.withParameterSpecs(TensorSpec.weights(DST), bias))
        .withMessageContainingAll("8x3x3x3", "1x8x4x5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> request.withParameterSpecs(weights, TensorSpec.bias(7)))
        .withMessageContainingAll("bias", "8", "7");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> request.withParameterSpecs(weights, null))
        .withMessageContaining("needs a bias");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> request.withParameterSpecs(weights.withLayout(Layout.ANY), bias))
        .withMessageContainingAll("weights", "layout", "ANY");
  }

  @Test
  void isPrintedWithItsParts() {
    assertThat(ConvolutionRequest.of(CONVOLUTION, src(Layout.NHWC)).toString())
        .contains("conv2d(3 -> 8", "f32 NHWC 1x3x6x7", "f32 NHWC 1x8x4x5", "8x3x3x3");
  }
}
