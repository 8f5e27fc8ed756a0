package io.github.conv4j.networks.internal.quantization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;

class HistogramTest {
  @Test
  void findsQuantilesToABin() {
    var histogram = new Histogram();
    for (int i = 0; i < 100_000; i++) {
      histogram.add((i * 7919 % 100_000 + 0.5f) / 100_000 * 3 - 1);
    }

    assertThat(histogram.binWidth()).isEqualTo(2.0 / 2048);
    assertThat(histogram.low(0.01)).isCloseTo(-1 + 0.03, within(histogram.binWidth()));
    assertThat(histogram.high(0.01)).isCloseTo(2 - 0.03, within(histogram.binWidth()));
    assertThat(histogram.low(0)).isCloseTo(-1, within(histogram.binWidth()));
    assertThat(histogram.high(0)).isCloseTo(2, within(histogram.binWidth()));
  }

  @Test
  void doesNotDependOnTheOrder() {
    float[] values = new float[5000];
    var random = new Random(1);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * Math.pow(2, random.nextInt(20)));
    }
    var forwards = new Histogram();
    var backwards = new Histogram();
    for (int i = 0; i < values.length; i++) {
      forwards.add(values[i]);
      backwards.add(values[values.length - 1 - i]);
    }

    for (double share : new double[] {0, 1e-3, 0.1, 0.4}) {
      assertThat(forwards.low(share)).isEqualTo(backwards.low(share));
      assertThat(forwards.high(share)).isEqualTo(backwards.high(share));
    }
  }

  @Test
  void takesWhatIsHugeTinyOrZero() {
    var histogram = new Histogram();
    histogram.add(0);
    histogram.add(Float.MIN_VALUE);
    histogram.add(-Float.MAX_VALUE);
    histogram.add(Float.MAX_VALUE);

    assertThat(histogram.low(0)).isBetween(-0x1p128, (double) -Float.MAX_VALUE);
    assertThat(histogram.high(0)).isEqualTo(0x1p128);
    assertThat(histogram.low(0.3)).isZero();
  }

  @Test
  void rangesLeaveOutWhatIsRareAndKeepTheRest() {
    float[] values = new float[10_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 100 / 100f;
    }
    values[17] = 50;
    values[18] = -40;
    var all = new ValueRange(new Coverage(1, false));
    var most = new ValueRange(new Coverage(0.999, false));
    MemorySegment floats = MemorySegment.ofArray(values);
    all.add(floats);
    most.add(floats);

    assertThat(all.low()).isEqualTo(-40);
    assertThat(all.high()).isEqualTo(50);
    assertThat(most.low()).isZero();
    assertThat(most.high()).isCloseTo(0.99, within(64.0 / 2048));
    assertThat(most.isFinite()).isTrue();
    most.add(MemorySegment.ofArray(new float[] {Float.NEGATIVE_INFINITY}));
    assertThat(most.isFinite()).isFalse();
  }

  @Test
  void scalesHoldZero() {
    assertThat(Scale.of(1, 5.1)).isEqualTo(new Scale(5.1f / 255, 0));
    assertThat(Scale.of(-5.1, -1)).isEqualTo(new Scale(5.1f / 255, 255));
    assertThat(Scale.of(0, 0)).isEqualTo(new Scale(1, 0));
    assertThat(Scale.of(-Float.MAX_VALUE, Float.MAX_VALUE).zeroPoint()).isEqualTo(128);
    assertThat(Scale.of(0, Float.MIN_VALUE)).isEqualTo(new Scale(Float.MIN_NORMAL, 0));
  }

  /** Against bytes that are made, for many ranges. */
  @Test
  void leastErrorLosesLeast() {
    float[] values = new float[20_000];
    var random = new Random(2);
    var range = new ValueRange(new Coverage(1, true));
    for (int i = 0; i < values.length; i++) {
      double wide = i % 50 == 0 ? 6 : 1;
      values[i] = (float) (wide * random.nextGaussian());
    }
    range.add(MemorySegment.ofArray(values));

    double found = squaredError(values, range.low(), range.high());

    assertThat(range.low()).isGreaterThan(-20).isNegative();
    assertThat(range.high()).isLessThan(20).isPositive();
    for (double low = -24; low < 0; low += 1) {
      for (double high = 1; high < 24; high += 1) {
        assertThat(found).isLessThan(1.03 * squaredError(values, low, high));
      }
    }
  }

  /** Zeros are bytes exactly, however many there are: they make nobody cut the others off. */
  @Test
  void zerosDoNotCount() {
    var few = new ValueRange(new Coverage(1, true));
    var many = new ValueRange(new Coverage(1, true));
    var random = new Random(3);
    for (int i = 0; i < 200; i++) {
      MemorySegment value = MemorySegment.ofArray(new float[] {(float) random.nextGaussian()});
      few.add(value);
      many.add(value);
      many.add(MemorySegment.ofArray(new float[10_000]));
    }

    assertThat(many.low()).isEqualTo(few.low()).isLessThan(-1.5);
    assertThat(many.high()).isEqualTo(few.high()).isGreaterThan(1.5);
  }

  private static double squaredError(float[] values, double low, double high) {
    Scale scale = Scale.of(low, high);
    double sum = 0;
    for (float value : values) {
      double error = (scale.quantized(value) - scale.zeroPoint()) * scale.scale() - value;
      sum += error * error;
    }
    return sum;
  }

  @Test
  void leastErrorOfFewNumbersReachesAllOfThem() {
    for (float[] values : new float[][] {{0}, {3}, {-2}, {0, 0, 0}, {-1, 1}}) {
      var range = new ValueRange(new Coverage(1, true));
      range.add(MemorySegment.ofArray(values));
      Scale scale = Scale.of(range.low(), range.high());
      for (float value : values) {
        double back = (scale.quantized(value) - scale.zeroPoint()) * scale.scale();
        assertThat(back).isCloseTo(value, within(Math.abs(value) / 100.0));
      }
    }
  }
}
