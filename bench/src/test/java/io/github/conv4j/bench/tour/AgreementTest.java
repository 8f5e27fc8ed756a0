package io.github.conv4j.bench.tour;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.tensor.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;

class AgreementTest {
  private static final Convolution ONE_TO_ONE = Convolution.conv1d(1, 1).kernel(2).build();

  @Test
  void integersAreExactAsLongAsSumsFit24Bits() {
    assertThat(Agreement.isExact(work(ONE_TO_ONE, 1, -2))).isTrue();
    assertThat(Agreement.isExact(work(ONE_TO_ONE, 32_768, 32_768))).isTrue();
    assertThat(Agreement.isExact(work(ONE_TO_ONE, 32_768, 33_100))).isFalse();
  }

  @Test
  void fractionsTakeBits() {
    assertThat(Agreement.isExact(work(ONE_TO_ONE, 0.5f, 0.25f))).isTrue();
    assertThat(Agreement.isExact(work(ONE_TO_ONE, 32_768, 0.25f))).isFalse();
    assertThat(Agreement.isExact(work(ONE_TO_ONE, 0.1f, 0))).isFalse();
  }

  @Test
  void stepsMultiply() {
    var sequence = ConvolutionSequence.of(ONE_TO_ONE, ONE_TO_ONE);
    Shape src = Shape.of(1, 1, 4);
    float[] weights = {100, 100};
    var exact = new Work("", sequence, src, new float[4], List.of(weights, weights));
    float[] large = {200, 200};
    var inexact = new Work("", sequence, src, new float[4], List.of(large, large));

    assertThat(Agreement.isExact(exact)).isTrue();
    assertThat(Agreement.isExact(inexact)).isFalse();
  }

  @Test
  void transposedWeightsAreReadTheirWay() {
    Convolution spread = Convolution.transposed1d(1, 3).kernel(1).build();
    Convolution gather = Convolution.transposed1d(3, 1).kernel(1).build();

    assertThat(Agreement.isExact(work(spread, 30_000, 30_000, 30_000))).isTrue();
    assertThat(Agreement.isExact(work(gather, 30_000, 30_000, 30_000))).isFalse();
  }

  @Test
  void boundsGrowWithTheProducts() {
    Convolution convolution = Convolution.conv2d(6, 4).kernel(3).groups(2).build();
    float[] weights = new float[(int) convolution.weightsShape().elementCount()];
    Shape src = Shape.of(1, 6, 5, 5);
    var one = Work.of("", convolution, src, new float[150], weights);

    assertThat(Agreement.bound(one).accumulations()).isEqualTo(3 * 9 + 2);
  }

  private static Work work(Convolution convolution, float... weights) {
    Shape src = Shape.of(1, convolution.inChannels(), 4);
    float[] values = new float[(int) src.elementCount()];
    return Work.of("", convolution, src, values, weights);
  }
}
