package io.github.conv4j.internal.vector.product;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelBlocksTest {
  @ParameterizedTest
  @ValueSource(ints = {4, 8, 16})
  void blocksComputeAllChannelsAndNoOthers(int lanes) {
    for (int channels = 1; channels <= 10 * lanes; channels++) {
      blocksComputeAllChannelsAndNoOthers(ChannelBlocks.of(channels, lanes, 2, 1), channels);
      blocksComputeAllChannelsAndNoOthers(ChannelBlocks.of(channels, lanes, 4, 1), channels);
      blocksComputeAllChannelsAndNoOthers(ChannelBlocks.ofPairs(channels, lanes), channels);
    }
  }

  private static void blocksComputeAllChannelsAndNoOthers(ChannelBlocks blocks, int channels) {
    var computed = new TreeSet<Integer>();
    for (ChannelBlocks.Block block : blocks.blocks()) {
      for (int lane = 0; lane < blocks.computed(block); lane++) {
        computed.add(blocks.channel(block, lane));
      }
    }
    assertThat(computed).hasSize(channels);
    assertThat(computed.first()).isZero();
    assertThat(computed.last()).isEqualTo(channels - 1);
  }

  @Test
  void blocksAreApartWhereNoChannelIsComputedTwice() {
    assertThat(ChannelBlocks.of(24, 8, 2, 1).areApart()).isTrue();
    assertThat(ChannelBlocks.ofPairs(64, 8).areApart()).isTrue();
    assertThat(ChannelBlocks.ofPairs(8, 8).areApart()).isTrue();
    assertThat(ChannelBlocks.ofPairs(24, 8).areApart()).as("a pair begins early").isFalse();
    assertThat(ChannelBlocks.of(20, 8, 2, 1).areApart()).as("a vector begins early").isFalse();
    assertThat(ChannelBlocks.of(4, 8, 2, 1).areApart()).as("half a vector").isFalse();
    assertThat(ChannelBlocks.ofTogether(24, 2, 16).areApart()).as("pixels together").isFalse();
  }

  @Test
  void pixelsTogetherComputeEachChannelOfEach() {
    ChannelBlocks blocks = ChannelBlocks.ofTogether(24, 2, 16);
    ChannelBlocks.Block block = blocks.blocks().getFirst();

    assertThat(blocks.blocks()).hasSize(1);
    assertThat(blocks.together()).isEqualTo(2);
    assertThat(ChannelBlocks.of(24, 16, 4, 1).together()).isEqualTo(1);
    assertThat(blocks.vectors(block)).isEqualTo(3);
    assertThat(blocks.computed(block)).isEqualTo(48);
    for (int lane = 0; lane < 48; lane++) {
      assertThat(blocks.channel(block, lane)).isEqualTo(lane % 24);
    }
  }

  @Test
  void pairsAreOfTwoVectorsEach() {
    for (int channels = 17; channels <= 100; channels++) {
      ChannelBlocks blocks = ChannelBlocks.ofPairs(channels, 8);

      assertThat(blocks.blocks()).hasSize(Math.ceilDiv(channels, 16));
      assertThat(blocks.blocks()).allMatch(block -> block.count() == 16 && block.apart() == 8);
    }
  }

  @Test
  void threadsGetBlocksOfTheirOwn() {
    assertThat(ChannelBlocks.of(128, 16, 4, 2).blocks()).hasSize(2);
    assertThat(ChannelBlocks.of(128, 16, 4, 3).blocks()).hasSize(4);
    assertThat(ChannelBlocks.of(128, 16, 4, 9).blocks()).hasSize(4);
  }
}
