package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.Runs;
import io.github.conv4j.tensor.Shape;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The named variants on small integers, held against values worked out by hand. */
class VariantsExecutedTest {
  @Test
  void pointwiseIsAMatrixProductAtEachPixel() {
    float[] x = {1, 2, 3, 4, 10, 20, 30, 40};

    float[] y =
        Runs.reference(
            Variants.pointwise(2, 3),
            Shape.of(1, 2, 2, 2),
            x,
            new float[] {1, 0, 0, 1, 2, -1},
            new float[] {0, 0, 100});

    assertThat(y).containsExactly(1, 2, 3, 4, 10, 20, 30, 40, 92, 84, 76, 68);
  }

  @Test
  void pointwiseGroupedKeepsTheGroupsApart() {
    float[] y =
        Runs.reference(
            Variants.pointwiseGrouped(4, 2, 2),
            Shape.of(1, 4, 1, 1),
            new float[] {1, 10, 100, 1000},
            new float[] {1, 2, 3, 4},
            new float[] {0, 0});

    assertThat(y).containsExactly(21, 4300);
  }

  @Test
  void dilatedPicksEverySecondPixel() {
    float[] x = new float[49];
    for (int i = 0; i < x.length; i++) {
      x[i] = i;
    }
    float[] corners = {1, 0, 0, 0, 0, 0, 0, 0, 1000};

    float[] y =
        Runs.reference(
            Variants.dilated(1, 1, 3, 2), Shape.of(1, 1, 7, 7), x, corners, new float[] {0});

    assertThat(y).hasSize(9);
    assertThat(y[0]).isEqualTo(0 + 1000 * (4 * 7 + 4));
    assertThat(y[5]).isEqualTo(7 + 2 + 1000 * (5 * 7 + 6));
    assertThat(y[8]).isEqualTo(2 * 7 + 2 + 1000 * 48);
  }

  @Test
  void depthwiseScalesEachChannelByItsOwnKernel() {
    Shape src = Shape.of(1, 3, 2, 2);
    float[] weights = new float[27];
    weights[4] = 1;
    weights[9 + 4] = 10;
    weights[18 + 4] = 100;

    float[] y =
        Runs.reference(
            Variants.depthwise(3, 3).withPadding(Padding.same()),
            src,
            Runs.constant(src, 2),
            weights,
            new float[] {0, 0, 1});

    assertThat(y).containsExactly(2, 2, 2, 2, 20, 20, 20, 20, 201, 201, 201, 201);
  }

  @Test
  void depthwiseMultiplierKeepsTheKernelsOfAChannelTogether() {
    float[] y =
        Runs.reference(
            Variants.depthwise(2, 1, 2),
            Shape.of(1, 2, 1, 1),
            new float[] {1, 10},
            new float[] {1, 2, 3, 4},
            new float[4]);

    assertThat(y).containsExactly(1, 2, 30, 40);
  }

  @Test
  void depthwiseSeparableEqualsTheFullKernelItIsMadeOf() {
    Shape src = Shape.of(1, 3, 7, 7);
    float[] x = Runs.integers(src, 1);
    float[] depth = Runs.integers(3 * 9, 2);
    float[] mix = Runs.integers(128 * 3, 3);
    float[] full = new float[128 * 27];
    for (int oc = 0; oc < 128; oc++) {
      for (int i = 0; i < 27; i++) {
        full[oc * 27 + i] = mix[oc * 3 + i / 9] * depth[i];
      }
    }

    float[] y =
        Runs.reference(
            Variants.depthwiseSeparable(3, 128, 3),
            src,
            x,
            List.of(depth, mix),
            List.of(new float[3], new float[128]));

    assertThat(y)
        .containsExactly(
            Runs.reference(
                Convolution.conv2d(3, 128).kernel(3).bias(false).build(), src, x, full, null));
  }

  @Test
  void depthwiseSeparableByHand() {
    Shape src = Shape.of(1, 2, 2, 2);

    float[] y =
        Runs.reference(
            Variants.depthwiseSeparable(2, 3, 2),
            src,
            new float[] {1, 2, 3, 4, 5, 6, 7, 8},
            List.of(new float[] {1, 1, 1, 1, 1, 0, 0, -1}, new float[] {1, 1, 2, 0, 0, 3}),
            List.of(new float[] {0, 1}, new float[] {0, 0, 5}));

    // Channels after the first step: 1+2+3+4 = 10 and 5-8+1 = -2.
    assertThat(y).containsExactly(8, 20, -1);
  }

  @Test
  void spatiallySeparableEqualsTheKernelItFactors() {
    Shape src = Shape.of(1, 1, 5, 5);
    float[] x = Runs.integers(src, 4);
    float[] sobel = {1, 0, -1, 2, 0, -2, 1, 0, -1};
    SeparableKernel factors = SeparableKernel.factor(sobel, 3, 3);

    float[] y =
        Runs.reference(
            Variants.spatiallySeparable(1, 3, 3),
            src,
            x,
            List.of(factors.column(), factors.row()),
            Arrays.asList(null, null));

    assertThat(y)
        .containsExactly(
            Runs.reference(
                Convolution.conv2d(1, 1).kernel(3).bias(false).build(), src, x, sobel, null));
  }

  @Test
  void flattenedEqualsTheKernelItIsMadeOf() {
    Shape src = Shape.of(2, 3, 6, 7);
    float[] x = Runs.integers(src, 5);
    float[] across = Runs.integers(4 * 3, 6);
    float[] down = Runs.integers(4 * 3, 7);
    float[] along = Runs.integers(4 * 3, 8);
    float[] full = new float[4 * 3 * 9];
    for (int oc = 0; oc < 4; oc++) {
      for (int ic = 0; ic < 3; ic++) {
        for (int i = 0; i < 9; i++) {
          full[(oc * 3 + ic) * 9 + i] =
              across[oc * 3 + ic] * down[oc * 3 + i / 3] * along[oc * 3 + i % 3];
        }
      }
    }

    float[] y =
        Runs.reference(
            Variants.flattened(3, 4, 3),
            src,
            x,
            List.of(across, down, along),
            List.of(new float[4], new float[4], new float[4]));

    assertThat(y)
        .containsExactly(
            Runs.reference(
                Convolution.conv2d(3, 4).kernel(3).bias(false).build(), src, x, full, null));
  }

  @Test
  void shuffledGroupedIsThePermutedGroupedConvolution() {
    Shape src = Shape.of(2, 6, 4, 3);
    float[] x = Runs.integers(src, 9);
    float[] weights = Runs.integers(6 * 2 * 9, 10);
    float[] bias = Runs.integers(6, 11);
    float[] grouped =
        Runs.reference(
            Variants.grouped(6, 6, 3, 3).withPadding(Padding.same()), src, x, weights, bias);

    float[] shuffled =
        Runs.reference(
            Variants.shuffledGrouped(6, 6, 3, 3).withPadding(Padding.same()),
            src,
            x,
            List.of(weights),
            List.of(bias));

    int[] sources = {0, 2, 4, 1, 3, 5};
    for (int n = 0; n < 2; n++) {
      for (int c = 0; c < 6; c++) {
        assertThat(Arrays.copyOfRange(shuffled, (n * 6 + c) * 12, (n * 6 + c + 1) * 12))
            .as("image %d, channel %d", n, c)
            .containsExactly(
                Arrays.copyOfRange(
                    grouped, (n * 6 + sources[c]) * 12, (n * 6 + sources[c] + 1) * 12));
      }
    }
  }

  @Test
  void transposedSpreadsEachPixelOverTheKernel() {
    float[] ones = {1, 1, 1, 1, 1, 1, 1, 1, 1};

    float[] dense =
        Runs.reference(
            Variants.transposed(1, 1, 3, 1),
            Shape.of(1, 1, 2, 2),
            new float[] {1, 2, 3, 4},
            ones,
            new float[] {0});
    float[] strided =
        Runs.reference(
            Variants.transposed(1, 1, 3, 2),
            Shape.of(1, 1, 2, 2),
            new float[] {1, 2, 3, 4},
            ones,
            new float[] {0});

    assertThat(dense).containsExactly(1, 3, 3, 2, 4, 10, 10, 6, 4, 10, 10, 6, 3, 7, 7, 4);
    assertThat(strided)
        .containsExactly(
            1, 1, 3, 2, 2, //
            1, 1, 3, 2, 2, //
            4, 4, 10, 6, 6, //
            3, 3, 7, 4, 4, //
            3, 3, 7, 4, 4);
  }

  @Test
  void volumetricSumsACube() {
    Shape src = Shape.of(1, 2, 3, 3, 3);

    float[] y =
        Runs.reference(
            Variants.volumetric(2, 1, 3).withPadding(Padding.same()),
            src,
            Runs.constant(src, 1),
            Runs.constant(Shape.of(1, 2, 3, 3, 3), 1),
            new float[] {0});

    assertThat(y[0]).isEqualTo(2 * 8);
    assertThat(y[1]).isEqualTo(2 * 12);
    assertThat(y[4]).isEqualTo(2 * 18);
    assertThat(y[13]).isEqualTo(2 * 27);
  }
}
