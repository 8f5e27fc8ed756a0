package io.github.conv4j.internal.vector.depthwise;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BandColumnsTextTest {
  @ParameterizedTest
  @CsvSource({
    "1, 3, 3",
    "1, 7, 7",
    "1, 8, 4",
    "1, 9, 5",
    "1, 14, 7",
    "1, 15, 5",
    "1, 33, 7",
    "2, 4, 4",
    "2, 5, 3",
    "2, 28, 4"
  })
  void stripsAreEven(int stride, int count, int pixels) {
    assertThat(BandColumnsText.pixels(stride, count)).isEqualTo(pixels);
  }
}
