package io.github.conv4j.internal.compose;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SubpixelTest {
  @Test
  void turnsRemaindersIntoChannels() {
    Convolution fsrcnn =
        Convolution.transposed2d(56, 1).kernel(9).stride(3).padding(4).outputPadding(2).build();

    Subpixel subpixel = Objects.requireNonNull(Subpixel.of(request(fsrcnn, 12, 10)));

    Convolution inner = subpixel.convolution();
    assertThat(inner.outChannels()).isEqualTo(9);
    assertThat(inner.kernel(0)).isEqualTo(3);
    assertThat(inner.isTransposed()).isFalse();
    assertThat(inner.parameterCount() - 9).isEqualTo(fsrcnn.parameterCount() - 1);
    Shape dst = fsrcnn.outputShape(Shape.of(1, 56, 12, 10));
    assertThat(inner.outputShape(Shape.of(1, 56, 12, 10))).isEqualTo(subpixel.blocks(dst));
  }

  @Test
  void leavesWhatItWouldNotServe() {
    Convolution.Builder served = Convolution.transposed2d(32, 2).kernel(4).stride(2).padding(1);
    assertThat(Subpixel.of(request(served.build(), 8, 8))).isNotNull();

    assertThat(Subpixel.of(request(served.kernel(3).build(), 8, 8)))
        .as("zeros would have to fill the taps")
        .isNull();
    assertThat(Subpixel.of(request(served.kernel(4).stride(1).build(), 8, 8)))
        .as("one phase only")
        .isNull();
    assertThat(Subpixel.of(request(served.stride(2).dilation(2).build(), 8, 8)))
        .as("phases see different elements")
        .isNull();
    assertThat(Subpixel.of(request(served.dilation(1).groups(2).build(), 8, 8)))
        .as("groups")
        .isNull();
    assertThat(
            Subpixel.of(request(Convolution.transposed2d(32, 9).kernel(2).stride(2).build(), 8, 8)))
        .as("enough output channels")
        .isNull();
    assertThat(
            Subpixel.of(request(Convolution.transposed2d(8, 8).kernel(2).stride(2).build(), 8, 8)))
        .as("the copy costs more")
        .isNull();
    assertThat(
            Subpixel.of(
                request(
                    Convolution.transposed2d(256, 8).kernel(64).stride(64).padding(31).build(),
                    1,
                    1)))
        .as("most of the block lies outside of dst")
        .isNull();
  }

  private static PrepareRequest request(Convolution convolution, long height, long width) {
    Shape src = Shape.of(1, convolution.inChannels(), height, width);
    Arena arena = Arena.ofAuto();
    return PrepareRequest.of(
        convolution,
        TensorSpec.f32(Layout.NHWC, src.dims()),
        TensorSpec.f32(Layout.NHWC, convolution.outputShape(src).dims()),
        Tensor.allocate(TensorSpec.weights(convolution.weightsShape()), arena),
        Tensor.allocate(TensorSpec.bias(convolution.outChannels()), arena));
  }
}
