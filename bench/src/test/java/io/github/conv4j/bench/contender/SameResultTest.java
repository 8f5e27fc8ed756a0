package io.github.conv4j.bench.contender;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SameResultTest {
  @Test
  void forgivesRoundingOnly() {
    float[] expected = {1, -2, 3};

    assertThat(SameResult.difference(expected, new float[] {1.00001f, -2, 3})).isEmpty();
    assertThat(SameResult.difference(expected, new float[] {1, 2, 3})).isPresent();
    assertThat(SameResult.difference(expected, new float[] {1, Float.NaN, 3}))
        .hasValueSatisfying(text -> assertThat(text).contains("element 1 is NaN"));
    assertThat(SameResult.difference(expected, new float[0]))
        .hasValueSatisfying(text -> assertThat(text).contains("0 elements instead of 3"));
  }
}
