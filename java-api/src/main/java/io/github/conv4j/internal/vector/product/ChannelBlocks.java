package io.github.conv4j.internal.vector.product;

import java.util.ArrayList;
import java.util.List;

/**
 * How the output channels of a group are cut into blocks for {@link PanelProduct}: two vectors, or
 * one, or fewer channels than a vector. Where channels are left over, the last block begins early
 * and computes some of them twice, which is cheaper than masks.
 */
record ChannelBlocks(List<Block> blocks, int lanes) {
  /** Output channels {@code begin} to {@code begin + count - 1} of a group. */
  record Block(int begin, int count) {}

  static ChannelBlocks of(int channels, int lanes) {
    List<Block> blocks = new ArrayList<>();
    int begin = 0;
    for (; begin + 2 * lanes <= channels; begin += 2 * lanes) {
      blocks.add(new Block(begin, 2 * lanes));
    }
    int rest = channels - begin;
    if (rest > lanes && channels >= 2 * lanes) {
      blocks.add(new Block(channels - 2 * lanes, 2 * lanes));
    } else if (rest > 0 && channels >= lanes) {
      if (rest > lanes) {
        blocks.add(new Block(begin, lanes));
      }
      blocks.add(new Block(channels - lanes, lanes));
    } else if (rest > 0) {
      blocks.add(new Block(0, channels));
    }
    return new ChannelBlocks(List.copyOf(blocks), lanes);
  }

  /** How many floats of packed weights one tap and source channel of a block takes. */
  int width(Block block) {
    return block.count() > lanes ? 2 * lanes : lanes;
  }
}
