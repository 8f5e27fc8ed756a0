package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.github.conv4j.tensor.Shape;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sizes and padding by the rules of PyTorch and ONNX. */
class GeometryTest {
  @ParameterizedTest(name = "{arguments}")
  @CsvSource({
    // src, kernel, stride, dilation, padding, dst: torch.nn.Conv1d
    "7, 3, 1, 1, 0, 5",
    "7, 3, 1, 2, 0, 3",
    "224, 7, 2, 1, 3, 112",
    "32, 3, 2, 1, 1, 16",
    "5, 2, 3, 1, 0, 2",
    "5, 1, 4, 1, 0, 2",
    "1, 1, 1, 1, 0, 1",
    "1, 3, 1, 1, 1, 1",
    "1, 3, 1, 1, 3, 5",
    "2, 5, 1, 1, 2, 2",
    "2, 3, 1, 5, 5, 2",
    "10, 3, 7, 1, 0, 2"
  })
  void explicitPadding(long src, long kernel, long stride, long dilation, long padding, long dst) {
    Convolution convolution =
        Convolution.conv1d(1, 1)
            .kernel(kernel)
            .stride(stride)
            .dilation(dilation)
            .padding(padding)
            .build();

    assertThat(axis(convolution, src))
        .isEqualTo(new Geometry.Axis(src, dst, kernel, stride, dilation, padding, padding));
  }

  @ParameterizedTest(name = "{arguments}")
  @CsvSource({
    // kernel, dilation, begin, end: PyTorch puts the odd element at the end
    "1, 1, 0, 0",
    "2, 1, 0, 1",
    "3, 1, 1, 1",
    "4, 1, 1, 2",
    "5, 1, 2, 2",
    "3, 2, 2, 2",
    "2, 3, 1, 2",
    "4, 3, 4, 5"
  })
  void sameKeepsTheSize(long kernel, long dilation, long begin, long end) {
    Convolution convolution =
        Convolution.conv1d(1, 1).kernel(kernel).dilation(dilation).padding(Padding.same()).build();

    for (long src = 1; src <= 9; src++) {
      Geometry.Axis axis = axis(convolution, src);
      assertThat(axis.dst()).isEqualTo(src);
      assertThat(axis.begin()).isEqualTo(begin);
      assertThat(axis.end()).isEqualTo(end);
    }
  }

  @Test
  void sameRefusesStrides() {
    Convolution convolution =
        Convolution.conv2d(1, 1).kernel(3).stride(1, 2).padding(Padding.same()).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> convolution.geometry(Shape.of(1, 1, 5, 5)))
        .withMessageContainingAll("stride 1", "width stride is 2", "sameUpper()");
  }

  @Test
  void validIsNoPadding() {
    Convolution convolution = Convolution.conv1d(1, 1).kernel(4).padding(Padding.valid()).build();

    assertThat(axis(convolution, 6)).isEqualTo(new Geometry.Axis(6, 3, 4, 1, 1, 0, 0));
  }

  /**
   * ONNX: dst is ceil(src / stride), the odd element is at the end for upper, else at the start.
   */
  @Test
  void sameUpperAndSameLowerFollowOnnx() {
    for (long src = 1; src <= 12; src++) {
      for (long kernel = 1; kernel <= 6; kernel++) {
        for (long stride = 1; stride <= 4; stride++) {
          for (long dilation = 1; dilation <= 3; dilation++) {
            long dst = (src + stride - 1) / stride;
            long total = Math.max(0, (dst - 1) * stride + (kernel - 1) * dilation + 1 - src);
            Convolution.Builder builder =
                Convolution.conv1d(1, 1).kernel(kernel).stride(stride).dilation(dilation);
            Geometry.Axis upper = axis(builder.padding(Padding.sameUpper()).build(), src);
            Geometry.Axis lower = axis(builder.padding(Padding.sameLower()).build(), src);

            assertThat(upper)
                .isEqualTo(
                    new Geometry.Axis(
                        src, dst, kernel, stride, dilation, total / 2, total - total / 2));
            assertThat(lower)
                .isEqualTo(
                    new Geometry.Axis(
                        src, dst, kernel, stride, dilation, total - total / 2, total / 2));
          }
        }
      }
    }
  }

  /** ONNX: the result has src * stride elements, whatever is cut for it. */
  @Test
  void transposedSameUpperAndSameLowerFollowOnnx() {
    for (long src = 1; src <= 8; src++) {
      for (long kernel = 1; kernel <= 6; kernel++) {
        for (long stride = 1; stride <= 4; stride++) {
          for (long dilation = 1; dilation <= 3; dilation++) {
            long full = (src - 1) * stride + (kernel - 1) * dilation + 1;
            long total = full - src * stride;
            Convolution.Builder builder =
                Convolution.transposed1d(1, 1).kernel(kernel).stride(stride).dilation(dilation);
            Geometry.Axis upper = axis(builder.padding(Padding.sameUpper()).build(), src);
            Geometry.Axis lower = axis(builder.padding(Padding.sameLower()).build(), src);

            assertThat(upper.dst()).isEqualTo(src * stride);
            assertThat(lower.dst()).isEqualTo(src * stride);
            assertThat(upper.begin()).isEqualTo(Math.max(0, total) / 2);
            assertThat(upper.end()).isEqualTo(total - upper.begin());
            assertThat(lower.begin()).isEqualTo(Math.max(0, total) - Math.max(0, total) / 2);
            assertThat(lower.end()).isEqualTo(total - lower.begin());
          }
        }
      }
    }
  }

  /** ONNX counts output padding into what SAME_UPPER and SAME_LOWER cut, so the size stays. */
  @ParameterizedTest
  @CsvSource({"3, 2, 1", "4, 3, 2", "2, 4, 1", "5, 2, 1"})
  void transposedSameKeepsItsSizeWithOutputPadding(long kernel, long stride, long outputPadding) {
    Convolution convolution =
        Convolution.transposed1d(1, 1)
            .kernel(kernel)
            .stride(stride)
            .outputPadding(outputPadding)
            .padding(Padding.sameUpper())
            .build();

    Geometry.Axis axis = axis(convolution, 5);

    assertThat(axis.dst()).isEqualTo(5 * stride);
    long total = Math.max(0, 4 * stride + outputPadding + kernel - 5 * stride);
    assertThat(axis.begin()).as("total %d", total).isEqualTo(total / 2);
  }

  @ParameterizedTest(name = "{arguments}")
  @CsvSource({
    // src, kernel, stride, dilation, padding, output padding, dst: torch.nn.ConvTranspose1d
    "2, 3, 1, 1, 0, 0, 4",
    "2, 3, 2, 1, 0, 0, 5",
    "4, 3, 2, 1, 1, 0, 7",
    "4, 3, 2, 1, 1, 1, 8",
    "12, 3, 2, 1, 1, 1, 24",
    "3, 2, 4, 1, 0, 3, 13",
    "3, 3, 1, 3, 2, 2, 7",
    "5, 1, 3, 1, 0, 0, 13",
    "1, 1, 1, 1, 0, 0, 1"
  })
  void transposedSizes(
      long src,
      long kernel,
      long stride,
      long dilation,
      long padding,
      long outputPadding,
      long dst) {
    Convolution convolution =
        Convolution.transposed1d(1, 1)
            .kernel(kernel)
            .stride(stride)
            .dilation(dilation)
            .padding(padding)
            .outputPadding(outputPadding)
            .build();

    assertThat(axis(convolution, src))
        .isEqualTo(
            new Geometry.Axis(
                src, dst, kernel, stride, dilation, padding, padding - outputPadding));
  }

  @Test
  void outputSizeChoosesTheOutputPadding() {
    Convolution.Builder builder = Convolution.transposed1d(1, 1).kernel(3).stride(2).padding(1);

    assertThat(axis(builder.outputSize(7).build(), 4).end()).isEqualTo(1);
    assertThat(axis(builder.outputSize(8).build(), 4).end()).isZero();
    assertThat(axis(builder.outputSize(8).build(), 4).dst()).isEqualTo(8);
  }

  @ParameterizedTest
  @CsvSource({"6", "9", "1", "9223372036854775807"})
  void outputSizeBeyondTheStrideIsRefused(long size) {
    Convolution convolution =
        Convolution.transposed1d(1, 1).kernel(3).stride(2).padding(1).outputSize(size).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> axis(convolution, 4))
        .withMessageContainingAll(Long.toString(size), "from 7 to 8");
  }

  /** ONNX's own node tests: convtranspose_output_shape and convtranspose_kernel_shape. */
  @ParameterizedTest
  @CsvSource({"0", "1"})
  void outputSizeWinsOverOutputPadding(long outputPadding) {
    Convolution.Builder builder =
        Convolution.transposed2d(1, 2).kernel(3).stride(3, 2).outputSize(10, 8).bias(false);
    Shape src = Shape.of(1, 1, 3, 3);

    for (Padding padding : List.of(Padding.valid(), Padding.sameUpper(), Padding.sameLower())) {
      Geometry geometry =
          builder.padding(padding).outputPadding(outputPadding).build().geometry(src);

      assertThat(geometry.dst()).isEqualTo(Shape.of(1, 2, 10, 8));
      assertThat(geometry.axes()).extracting(Geometry.Axis::begin).containsExactly(0L, 0L);
      assertThat(geometry.axes()).extracting(Geometry.Axis::end).containsExactly(-1L, -1L);
    }
  }

  /** ONNX's equations of ConvTranspose for a given output_shape. */
  @Test
  void outputSizeSharesThePaddingAsOnnx() {
    for (long size = 1; size <= 14; size++) {
      for (long outputPadding = 0; outputPadding <= 1; outputPadding++) {
        long total = Math.max(0, 2 * (4 - 1) + outputPadding + 5 - size);
        Convolution.Builder builder =
            Convolution.transposed1d(1, 1)
                .kernel(5)
                .stride(2)
                .outputPadding(outputPadding)
                .outputSize(size);
        Geometry.Axis upper = axis(builder.padding(Padding.sameUpper()).build(), 4);
        Geometry.Axis lower = axis(builder.padding(Padding.sameLower()).build(), 4);

        assertThat(upper.dst()).isEqualTo(size);
        assertThat(lower.dst()).isEqualTo(size);
        assertThat(upper.begin()).isEqualTo(total / 2);
        assertThat(lower.begin()).isEqualTo(total - total / 2);
      }
    }
  }

  @Test
  void whatWasGivenCanBeReadBack() {
    Padding padding = Padding.asymmetric(new long[] {1, 2}, new long[] {3, -1});
    Convolution convolution =
        Convolution.transposed2d(1, 1)
            .kernel(3)
            .stride(2)
            .padding(padding)
            .outputPadding(0, 1)
            .build();

    assertThat(padding.axisCount()).isEqualTo(2);
    assertThat(padding.begin(1)).isEqualTo(2);
    assertThat(padding.end(1)).isEqualTo(-1);
    assertThat(Padding.symmetric(4).axisCount()).isEqualTo(1);
    assertThat(Padding.symmetric(4).end(2)).isEqualTo(4);
    assertThat(convolution.outputPadding(0)).isZero();
    assertThat(convolution.outputPadding(1)).isEqualTo(1);
    assertThat(convolution.outputSize(0)).isEmpty();
    assertThat(convolution.toBuilder().outputSize(6, 7).build().outputSize(1)).hasValue(7);
    assertThatIllegalStateException()
        .isThrownBy(() -> Padding.sameUpper().begin(0))
        .withMessageContainingAll("SAME_UPPER", "geometry");
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2, Integer.MAX_VALUE, Integer.MIN_VALUE})
  void anAxisThatDoesNotExistGetsASentence(int axis) {
    Convolution convolution = Convolution.conv2d(3, 8).kernel(3).padding(1, 1).build();
    List<IntFunction<?>> questions =
        List.of(
            convolution::kernel,
            convolution::stride,
            convolution::dilation,
            convolution::outputPadding,
            convolution::outputSize,
            convolution.padding()::begin,
            convolution.padding()::end,
            convolution.geometry(Shape.of(1, 3, 5, 5))::axis);

    for (IntFunction<?> question : questions) {
      assertThatExceptionOfType(IndexOutOfBoundsException.class)
          .isThrownBy(() -> question.apply(axis))
          .withMessageContainingAll("from 0 to 1", "but is " + axis, "2 spatial axes");
    }
  }

  @Test
  void negativeEndPaddingCrops() {
    Convolution convolution =
        Convolution.conv1d(1, 1)
            .kernel(3)
            .padding(Padding.asymmetric(new long[] {1}, new long[] {-2}))
            .build();

    assertThat(axis(convolution, 7)).isEqualTo(new Geometry.Axis(7, 4, 3, 1, 1, 1, -2));
  }

  @Test
  void negativeEndPaddingThatLeavesTooLittleIsRefused() {
    Convolution convolution =
        Convolution.conv1d(1, 1)
            .kernel(3)
            .padding(Padding.asymmetric(new long[] {0}, new long[] {-5}))
            .build();

    assertThat(axis(convolution, 8).dst()).isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> axis(convolution, 7))
        .withMessageContainingAll("spans 3", "padded src has 2", "src 7", "0 and -5");
  }

  @Test
  void aKernelLargerThanThePaddedImageIsRefused() {
    Convolution convolution = Convolution.conv2d(1, 1).kernel(3, 5).padding(1).build();

    assertThat(convolution.outputShape(Shape.of(1, 1, 1, 3))).isEqualTo(Shape.of(1, 1, 1, 1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> convolution.geometry(Shape.of(1, 1, 1, 2)))
        .withMessageContainingAll("5 elements of width", "has 4", "src 2");
  }

  @Test
  void aTransposedConvolutionThatLeavesNothingIsRefused() {
    Convolution convolution = Convolution.transposed1d(1, 1).kernel(3).padding(2).build();

    assertThat(axis(convolution, 3).dst()).isEqualTo(1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> axis(convolution, 2))
        .withMessageContainingAll("0 elements of width", "4 before padding 2 and 2");
  }

  @Test
  void paddingAtAndBeyondTheKernelIsFine() {
    for (long padding = 2; padding <= 6; padding++) {
      Convolution convolution = Convolution.conv1d(1, 1).kernel(3).padding(padding).build();

      assertThat(axis(convolution, 1).dst()).isEqualTo(2 * padding - 1);
    }
  }

  @Test
  void eachAxisHasItsOwnNumbers() {
    Convolution convolution =
        Convolution.conv3d(2, 3)
            .kernel(1, 2, 3)
            .stride(1, 2, 3)
            .dilation(3, 2, 1)
            .padding(Padding.asymmetric(new long[] {0, 1, 2}, new long[] {2, 1, 0}))
            .build();

    Geometry geometry = convolution.geometry(Shape.of(5, 2, 7, 8, 9));

    assertThat(geometry.dst()).isEqualTo(Shape.of(5, 3, 9, 4, 3));
    assertThat(geometry.axes())
        .containsExactly(
            new Geometry.Axis(7, 9, 1, 1, 3, 0, 2),
            new Geometry.Axis(8, 4, 2, 2, 2, 1, 1),
            new Geometry.Axis(9, 3, 3, 3, 1, 2, 0));
  }

  @Test
  void refusesAnotherRankOrNumberOfChannels() {
    Convolution convolution = Convolution.conv2d(3, 8).build();

    assertThatIllegalArgumentException()
        .isThrownBy(() -> convolution.geometry(Shape.of(1, 3, 8)))
        .withMessageContainingAll("rank 4", "1x3x8");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> convolution.geometry(Shape.of(1, 4, 8, 8)))
        .withMessageContainingAll("3 channels", "1x4x8x8");
  }

  private static Geometry.Axis axis(Convolution convolution, long src) {
    return convolution.geometry(Shape.of(1, 1, src)).axes().getFirst();
  }
}
