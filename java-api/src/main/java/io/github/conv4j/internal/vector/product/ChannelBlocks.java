package io.github.conv4j.internal.vector.product;

import java.util.ArrayList;
import java.util.List;

/**
 * How the output channels of a group are cut into blocks for {@link PanelProduct}: as many vectors
 * as kernels take, or two, or one, or fewer channels than a vector. Where channels are left over,
 * the last block begins early and computes some of them twice, which is cheaper than masks.
 */
record ChannelBlocks(List<Block> blocks, int lanes) {
  /**
   * Output channels of a group.
   *
   * @param begin the first
   * @param count how many
   * @param apart how much later each further vector begins
   */
  record Block(int begin, int count, int apart) {}

  static ChannelBlocks of(int channels, int lanes, int mostVectors) {
    List<Block> blocks = new ArrayList<>();
    int begin = 0;
    for (; begin + mostVectors * lanes <= channels; begin += mostVectors * lanes) {
      blocks.add(new Block(begin, mostVectors * lanes, lanes));
    }
    for (; begin + 2 * lanes <= channels; begin += 2 * lanes) {
      blocks.add(new Block(begin, 2 * lanes, lanes));
    }
    int rest = channels - begin;
    if (rest > lanes) {
      int apart = Math.min(lanes, channels - lanes);
      blocks.add(new Block(channels - lanes - apart, lanes + apart, apart));
    } else if (rest > 0) {
      int count = Math.min(lanes, channels);
      blocks.add(new Block(channels - count, count, lanes));
    }
    return new ChannelBlocks(List.copyOf(blocks), lanes);
  }

  /** How many lanes are computed: whole vectors, or fewer than one. */
  int lanes(Block block) {
    return block.count() < lanes ? block.count() : width(block);
  }

  /** The output channel that a block computes in a lane. */
  int channel(Block block, int lane) {
    return block.begin() + lane / lanes * block.apart() + lane % lanes;
  }

  /** How many floats of packed weights one tap and source channel of a block takes. */
  int width(Block block) {
    return Math.ceilDiv(block.count(), lanes) * lanes;
  }
}
