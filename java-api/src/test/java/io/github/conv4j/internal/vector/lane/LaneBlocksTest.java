package io.github.conv4j.internal.vector.lane;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaneBlocksTest {
  @ParameterizedTest
  @CsvSource({
    // Groups, channels of each, lanes. As the faster form was measured.
    "32, 1, 2, 16, true",
    "32, 1, 12, 16, true",
    "32, 1, 16, 16, false",
    "32, 1, 20, 16, true",
    "3, 1, 8, 16, false",
    "3, 1, 4, 8, true",
    "3, 1, 8, 8, false",
    "4, 2, 4, 16, true",
    "2, 2, 8, 16, false",
    "4, 2, 4, 8, true",
    "16, 2, 6, 16, true",
    "16, 2, 6, 8, false",
    "3, 1, 1, 16, true",
    "32, 1, 1001, 8, false",
    "1, 1, 8, 16, false",
    "8, 20, 4, 16, false",
  })
  void fewVectorsServe(int groups, int in, int out, int lanes, boolean serve) {
    assertThat(LaneBlocks.serve(groups, in, out, lanes)).isEqualTo(serve);
  }
}
