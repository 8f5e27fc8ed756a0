package io.github.conv4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.tensor.Shape;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelShuffleTest {
  @Test
  void interleavesTheGroups() {
    var shuffle = new ChannelShuffle(6, 3);

    assertThat(LongStream.range(0, 6).map(shuffle::sourceChannel))
        .containsExactly(0L, 2L, 4L, 1L, 3L, 5L);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "6,1", "6,6", "12,4", "240,8", "35,7"})
  void isAPermutationThatItsMirrorUndoes(long channels, long groups) {
    var shuffle = new ChannelShuffle(channels, groups);
    var mirror = new ChannelShuffle(channels, channels / groups);

    assertThat(LongStream.range(0, channels).map(shuffle::sourceChannel))
        .containsExactlyInAnyOrderElementsOf(LongStream.range(0, channels).boxed().toList());
    for (long channel = 0; channel < channels; channel++) {
      assertThat(mirror.sourceChannel(shuffle.sourceChannel(channel))).isEqualTo(channel);
    }
  }

  @Test
  void letsEveryGroupOfTheNextStepSeeEveryGroupOfTheOneBefore() {
    var shuffle = new ChannelShuffle(12, 3);

    for (long group = 0; group < 3; group++) {
      long first = group * 4;
      assertThat(LongStream.range(first, first + 4).map(c -> shuffle.sourceChannel(c) / 4))
          .contains(0L, 1L, 2L);
    }
  }

  @Test
  void costsNothing() {
    var shuffle = new ChannelShuffle(6, 3);
    Shape src = Shape.of(2, 6, 5, 5);

    assertThat(shuffle.outputShape(src)).isEqualTo(src);
    assertThat(shuffle.parameterCount()).isZero();
    assertThat(shuffle.multiplications(src)).isZero();
    assertThat(shuffle.receptiveField(new long[] {3, 4})).containsExactly(3, 4);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 6, Long.MIN_VALUE, Long.MAX_VALUE})
  void refusesAChannelThatThereIsNot(long channel) {
    assertThatExceptionOfType(IndexOutOfBoundsException.class)
        .isThrownBy(() -> new ChannelShuffle(6, 3).sourceChannel(channel))
        .withMessage("channel must be from 0 to 5 but is " + channel);
  }

  @Test
  void refusesOutputsThatAreNone() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChannelShuffle(6, 3).receptiveField(new long[] {3, 0}))
        .withMessageContainingAll("outputs", "0 on axis 1");
  }

  @Test
  void refusesAnotherNumberOfChannels() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ChannelShuffle(6, 3).outputShape(Shape.of(1, 4, 2, 2)))
        .withMessageContainingAll("6", "1x4x2x2");
  }
}
