package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** NaN, infinities, denormals and negative zero behave as in the reference, bit for bit. */
abstract class SpecialValuesContract extends EngineContract {
  /** High enough for engines that take the columns of a narrow image for rows. */
  private static final Shape SRC = Shape.of(1, 16, 15, 13);

  private static final int PIXELS = 15 * 13;

  /** Kinds of convolution that engines have separate code for; all take 16 channels. */
  private static List<Convolution> kinds() {
    List<Convolution> kinds = new ArrayList<>();
    for (Convolution.Builder builder :
        List.of(
            Convolution.conv2d(16, 16).kernel(3).padding(1),
            Convolution.conv2d(16, 16).kernel(3).padding(2).stride(2),
            Convolution.conv2d(16, 16).kernel(3).padding(4).dilation(2),
            Convolution.conv2d(16, 16).kernel(3).padding(3).groups(16),
            Convolution.conv2d(16, 16).kernel(3).padding(1).groups(16),
            Convolution.conv2d(16, 16).kernel(3).padding(1).stride(2).groups(16),
            Convolution.conv2d(16, 16).kernel(5).padding(2).groups(16),
            Convolution.conv2d(16, 16).kernel(5).padding(2).stride(2).groups(16),
            Convolution.conv2d(16, 16).kernel(3).padding(1).stride(2, 3).groups(16),
            Convolution.conv2d(16, 16).kernel(3).padding(1).groups(8),
            Convolution.conv2d(16, 16).kernel(3).padding(1).groups(4),
            Convolution.conv2d(16, 16).kernel(3).padding(1).stride(2).groups(4),
            Convolution.conv2d(16, 16).kernel(3).padding(1).groups(2),
            Convolution.conv2d(16, 1).kernel(3).padding(2),
            Convolution.conv2d(16, 3).kernel(5).padding(2),
            Convolution.conv2d(16, 16),
            Convolution.conv2d(16, 16).padding(1),
            Convolution.transposed2d(16, 16).kernel(3).padding(1).stride(2),
            Convolution.transposed2d(16, 16).kernel(2).stride(3),
            Convolution.transposed2d(16, 3).kernel(4).stride(2).padding(1),
            Convolution.transposed2d(16, 8).kernel(6).stride(3).padding(2),
            Convolution.transposed2d(16, 16).kernel(3).groups(16))) {
      kinds.add(builder.build());
    }
    return kinds;
  }

  @Test
  void zeroPaddingNeverMeetsInfiniteWeights() {
    for (Convolution kind : kinds()) {
      float[] weights = Runs.constant(kind.weightsShape(), Float.POSITIVE_INFINITY);
      float[] x = Runs.constant(SRC, 1);

      float[] expected = agrees(kind, x, weights, bias(kind, 1));

      for (float value : expected) {
        assertThat(value).isNotNaN();
      }
    }
  }

  @Test
  void zeroPaddingNeverMeetsNotANumber() {
    for (Convolution kind : kinds()) {
      float[] weights = Runs.integers(kind.weightsShape(), 1);
      weights[0] = Float.NaN;
      agrees(kind, Runs.integers(SRC, 2), weights, bias(kind, 1));
    }
  }

  @Test
  void infinitiesAndNotANumberInTheSourceReachTheirNeighboursOnly() {
    for (Convolution kind : kinds()) {
      float[] x = Runs.constant(SRC, 1);
      x[7] = Float.POSITIVE_INFINITY;
      x[PIXELS + 3] = Float.NEGATIVE_INFINITY;
      x[15 * PIXELS + PIXELS - 1] = Float.NaN;
      agrees(kind, x, Runs.constant(kind.weightsShape(), 2), bias(kind, 1));
    }
  }

  @Test
  void infinityTimesZeroIsNotANumber() {
    for (Convolution kind : kinds()) {
      float[] x = Runs.constant(SRC, 1);
      x[14] = Float.POSITIVE_INFINITY;
      agrees(kind, x, Runs.constant(kind.weightsShape(), 0), bias(kind, 1));
    }
  }

  @Test
  void infiniteBiasArrives() {
    for (Convolution kind : kinds()) {
      float[] bias = bias(kind, Float.NEGATIVE_INFINITY);
      bias[0] = Float.NaN;
      agrees(kind, Runs.integers(SRC, 3), Runs.integers(kind.weightsShape(), 4), bias);
    }
  }

  @Test
  void denormalsAreNotFlushed() {
    for (Convolution kind : kinds()) {
      float[] x = Runs.integers(SRC, 5);
      for (int i = 0; i < x.length; i++) {
        x[i] *= Float.MIN_VALUE;
      }
      float[] weights = Runs.integers(kind.weightsShape(), 6);

      float[] expected = agrees(kind, x, weights, bias(kind, Float.MIN_VALUE));

      assertThat(expected).as("%s", kind).satisfies(SpecialValuesContract::holdsDenormals);
    }
  }

  @Test
  void denormalWeightsAreNotFlushed() {
    for (Convolution kind : kinds()) {
      float[] weights = Runs.integers(kind.weightsShape(), 7);
      for (int i = 0; i < weights.length; i++) {
        weights[i] *= Float.MIN_VALUE;
      }
      agrees(kind, Runs.integers(SRC, 8), weights, bias(kind, 0));
    }
  }

  @Test
  void negativeZeroBehavesAsInTheReference() {
    for (Convolution kind : kinds()) {
      float[] x = Runs.constant(SRC, -0f);
      float[] weights = Runs.integers(kind.weightsShape(), 9);
      agrees(kind, x, weights, bias(kind, -0f));
      agrees(kind, x, weights, bias(kind, 0f));
    }
  }

  @Test
  void largestFloatsOverflowAsInTheReference() {
    for (Convolution kind : kinds()) {
      float[] x = Runs.constant(SRC, Float.MAX_VALUE);
      agrees(kind, x, Runs.constant(kind.weightsShape(), 4), bias(kind, 0));
    }
  }

  /** Returns what the reference computes. */
  private float[] agrees(Convolution convolution, float[] x, float[] weights, float[] bias) {
    float[] expected = Runs.on(reference, convolution, spec(Layout.NCHW, SRC), x, weights, bias);
    for (Layout layout : LAYOUTS) {
      float[] actual = Runs.on(engine, convolution, spec(layout, SRC), x, weights, bias);
      for (int i = 0; i < expected.length; i++) {
        if (Float.floatToIntBits(actual[i]) != Float.floatToIntBits(expected[i])) {
          assertThat(actual[i])
              .as("element %d of %s in %s", i, convolution, layout)
              .isEqualTo(expected[i]);
        }
      }
    }
    return expected;
  }

  private static void holdsDenormals(float[] values) {
    int count = 0;
    for (float value : values) {
      count += value != 0 && Math.abs(value) < Float.MIN_NORMAL ? 1 : 0;
    }
    assertThat(count).isPositive();
  }

  private static float[] bias(Convolution convolution, float value) {
    return Runs.constant(Shape.of(convolution.outChannels()), value);
  }
}
