package io.github.conv4j.internal.vector.product;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.TreeSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ChannelBlocksTest {
  @ParameterizedTest
  @ValueSource(ints = {4, 8, 16})
  void blocksComputeAllChannelsAndNoOthers(int lanes) {
    for (int channels = 1; channels <= 5 * lanes; channels++) {
      ChannelBlocks blocks = ChannelBlocks.of(channels, lanes);
      var computed = new TreeSet<Integer>();
      for (ChannelBlocks.Block block : blocks.blocks()) {
        for (int i = 0; i < block.count(); i++) {
          computed.add(blocks.channel(block, i));
        }
      }
      assertThat(computed).hasSize(channels);
      assertThat(computed.first()).isZero();
      assertThat(computed.last()).isEqualTo(channels - 1);
      assertThat(blocks.blocks()).hasSize(Math.ceilDiv(channels, 2 * lanes));
    }
  }
}
