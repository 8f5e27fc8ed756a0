package io.github.conv4j.validation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.tensor.Shape;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** {@code conv(x) = C x}, and the transposed convolution with the same weights is {@code C^T y}. */
class ConvolutionMatrixTest {
  private static final long SEED = Long.getLong("conv4j.test.seed", 20_250_101L);

  /**
   * One drawn case; src and paddings of all axes, with a result size that the padding ends with.
   */
  private record Case(
      int rank,
      long[] src,
      long[] kernel,
      long[] stride,
      long[] dilation,
      long[] begin,
      long[] end,
      long groups,
      boolean flipped) {
    Convolution.Builder forward() {
      long in = src[1];
      return switch (rank) {
        case 1 -> Convolution.conv1d(in, 6);
        case 2 -> Convolution.conv2d(in, 6);
        default -> Convolution.conv3d(in, 6);
      };
    }

    Convolution convolution() {
      return with(forward());
    }

    Convolution transposed() {
      return with(
          switch (rank) {
            case 1 -> Convolution.transposed1d(6, src[1]);
            case 2 -> Convolution.transposed2d(6, src[1]);
            default -> Convolution.transposed3d(6, src[1]);
          });
    }

    private Convolution with(Convolution.Builder builder) {
      builder.kernel(kernel).stride(stride).dilation(dilation).groups(groups).bias(false);
      builder.padding(Padding.asymmetric(begin, end));
      return flipped ? builder.flippedKernel().build() : builder.build();
    }
  }

  @Test
  void isTheConvolutionAndItsTransposeIsTheTransposedConvolution() {
    var random = new SplittableRandom(SEED);
    try (Engine reference = Engines.named("reference")) {
      for (int run = 0; run < 300; run++) {
        Case drawn = draw(random);
        Convolution convolution = drawn.convolution();
        Convolution transposed = drawn.transposed();
        Shape src = Shape.of(drawn.src());
        Shape dst = convolution.outputShape(src);
        float[] x = Runs.integers(src, random.nextLong());
        float[] y = Runs.integers(dst, random.nextLong());
        float[] weights = Runs.integers(convolution.weightsShape(), random.nextLong());
        ConvolutionMatrix matrix = ConvolutionMatrix.of(convolution, src, weights);
        String text = "seed %d, run %d, %s on %s".formatted(SEED, run, convolution, src);

        assertThat(transposed.weightsShape()).as(text).isEqualTo(convolution.weightsShape());
        assertThat(transposed.outputShape(dst)).as(text).isEqualTo(src);
        assertThat(matrix.multiply(doubles(x)))
            .as(text)
            .containsExactly(
                doubles(Runs.on(reference, convolution, Runs.dense(src), x, weights, null)));
        assertThat(matrix.multiplyTransposed(doubles(y)))
            .as(text)
            .containsExactly(
                doubles(Runs.on(reference, transposed, Runs.dense(dst), y, weights, null)));
      }
    }
  }

  @Test
  void isTheConvolutionWithEveryPaddingMode() {
    Shape src = Shape.of(2, 2, 4, 5);
    float[] x = Runs.integers(src, 1);
    for (PaddingMode mode : PaddingMode.values()) {
      Convolution convolution =
          Convolution.conv2d(2, 3)
              .kernel(3)
              .padding(Padding.asymmetric(new long[] {3, 2}, new long[] {1, 4}).mode(mode))
              .bias(false)
              .build();
      float[] weights = Runs.integers(convolution.weightsShape(), 2);

      assertThat(ConvolutionMatrix.of(convolution, src, weights).multiply(doubles(x)))
          .as("%s", mode)
          .containsExactly(doubles(Runs.reference(convolution, src, x, weights, null)));
    }
  }

  /** Dumoulin and Visin, section 4.1: a 3x3 kernel on 4x4 gives a 4 x 16 matrix of 36 weights. */
  @Test
  void looksLikeTheOneInTheGuide() {
    float[] weights = {1, 2, 3, 4, 5, 6, 7, 8, 9};
    Convolution convolution = Convolution.conv2d(1, 1).kernel(3).bias(false).build();

    ConvolutionMatrix matrix = ConvolutionMatrix.of(convolution, Shape.of(1, 1, 4, 4), weights);

    assertThat(matrix.rowCount()).isEqualTo(4);
    assertThat(matrix.columnCount()).isEqualTo(16);
    assertThat(matrix.entryCount()).isEqualTo(36);
    assertThat(row(matrix, 0)).containsExactly(1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9, 0, 0, 0, 0, 0);
    assertThat(row(matrix, 3)).containsExactly(0, 0, 0, 0, 0, 1, 2, 3, 0, 4, 5, 6, 0, 7, 8, 9);
  }

  @Test
  void paddingHasNoEntriesButReplicatedOnesAdd() {
    Convolution padded = Convolution.conv1d(1, 1).kernel(3).padding(2).bias(false).build();
    float[] weights = {1, 10, 100};
    ConvolutionMatrix zeros = ConvolutionMatrix.of(padded, Shape.of(1, 1, 2), weights);
    Convolution replicated =
        padded.toBuilder().padding(Padding.symmetric(2).mode(PaddingMode.REPLICATE)).build();
    ConvolutionMatrix copies = ConvolutionMatrix.of(replicated, Shape.of(1, 1, 2), weights);

    assertThat(zeros.entryCount()).isEqualTo(6);
    assertThat(row(zeros, 0)).containsExactly(100, 0);
    assertThat(row(copies, 0)).containsExactly(111, 0);
    assertThat(row(copies, 1)).containsExactly(11, 100);
  }

  @Test
  void refusesWhatDoesNotFit() {
    Convolution convolution = Convolution.conv1d(1, 1).kernel(3).build();
    Shape src = Shape.of(1, 1, 5);
    ConvolutionMatrix matrix = ConvolutionMatrix.of(convolution, src, new float[3]);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> ConvolutionMatrix.of(convolution, src, new float[4]))
        .withMessageContainingAll("1x1x3", "3 values", "4");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                ConvolutionMatrix.of(
                    Convolution.transposed1d(1, 1).kernel(3).build(), src, new float[3]))
        .withMessageContaining("multiplyTransposed");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> matrix.multiply(new double[4]))
        .withMessageContainingAll("x has 4", "1x1x5");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> matrix.multiplyTransposed(new double[5]))
        .withMessageContainingAll("y has 5", "1x1x3");
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> matrix.entry(3, 0))
        .withMessage("row must be from 0 to 2 but is 3");
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> matrix.entry(0, -1))
        .withMessage("column must be from 0 to 4 but is -1");
  }

  @Test
  void refusesTooLargeAMatrix() {
    Convolution manyEntries = Convolution.conv2d(1, 1).kernel(100).build();
    Convolution manyColumns = Convolution.conv2d(1, 1).stride(70_000).build();

    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ConvolutionMatrix.of(manyEntries, Shape.of(1, 1, 200, 200), new float[10_000]))
        .withMessageContaining("16777216");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> ConvolutionMatrix.of(manyColumns, Shape.of(1, 1, 70_000, 70_000), new float[1]));
  }

  private static Case draw(SplittableRandom random) {
    int rank = random.nextInt(1, 4);
    long groups = random.nextInt(1, 4);
    var drawn =
        new Case(
            rank,
            new long[rank + 2],
            new long[rank],
            new long[rank],
            new long[rank],
            new long[rank],
            new long[rank],
            groups,
            random.nextBoolean());
    drawn.src()[0] = random.nextLong(1, 3);
    drawn.src()[1] = groups * random.nextLong(1, 3);
    for (int i = 0; i < rank; i++) {
      drawn.kernel()[i] = random.nextLong(1, 4);
      drawn.stride()[i] = random.nextLong(1, 4);
      drawn.dilation()[i] = random.nextLong(1, 4);
      long span = (drawn.kernel()[i] - 1) * drawn.dilation()[i] + 1;
      drawn.begin()[i] = random.nextLong(0, span + 1);
      long dst = random.nextLong(1, 5);
      // The end follows from all the rest, as in the problem text, so it is often negative.
      long least = Math.max(1, (dst - 1) * drawn.stride()[i] + span - drawn.begin()[i] - 2);
      drawn.src()[i + 2] = least + random.nextLong(0, 4);
      drawn.end()[i] = (dst - 1) * drawn.stride()[i] + span - drawn.begin()[i] - drawn.src()[i + 2];
    }
    return drawn;
  }

  private static double[] row(ConvolutionMatrix matrix, int row) {
    double[] values = new double[matrix.columnCount()];
    Arrays.setAll(values, column -> matrix.entry(row, column));
    return values;
  }

  private static double[] doubles(float[] values) {
    double[] result = new double[values.length];
    Arrays.setAll(result, i -> values[i]);
    return result;
  }
}
