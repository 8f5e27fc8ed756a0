package io.github.conv4j.internal.vector.product;

import io.github.conv4j.internal.vector.base.WeightsView;
import java.util.ArrayList;
import java.util.List;

/**
 * How the output channels of a group are cut into blocks: as many vectors as kernels take, or two,
 * or one, or fewer channels than a vector. Where channels are left over, the last block or its last
 * vector begins early and computes some of them twice, which is cheaper than masks. Or one block
 * has the channels of several neighbouring pixels.
 */
record ChannelBlocks(List<Block> blocks, int channels, int lanes) {
  /**
   * Output channels of a group.
   *
   * @param begin the first
   * @param count how many
   * @param apart how much later each further vector begins
   */
  record Block(int begin, int count, int apart) {}

  /**
   * Cuts channels into blocks of as many vectors as kernels take, or of two if those were too few.
   *
   * @param least how many blocks threads need
   */
  static ChannelBlocks of(int channels, int lanes, int mostVectors, int least) {
    ChannelBlocks widest = of(channels, lanes, mostVectors);
    return widest.blocks.size() >= least ? widest : of(channels, lanes, 2);
  }

  private static ChannelBlocks of(int channels, int lanes, int mostVectors) {
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
    return new ChannelBlocks(List.copyOf(blocks), channels, lanes);
  }

  /** Cuts channels into pairs of vectors; what is left over is of a pair that begins early. */
  static ChannelBlocks ofPairs(int channels, int lanes) {
    if (channels <= 2 * lanes) {
      return of(channels, lanes, 2);
    }
    List<Block> blocks = new ArrayList<>();
    for (int begin = 0; begin < channels; begin += 2 * lanes) {
      blocks.add(new Block(Math.min(begin, channels - 2 * lanes), 2 * lanes, lanes));
    }
    return new ChannelBlocks(List.copyOf(blocks), channels, lanes);
  }

  /** One block for all channels of neighbouring pixels, which fill whole vectors together. */
  static ChannelBlocks ofTogether(int channels, int together, int lanes) {
    return new ChannelBlocks(List.of(new Block(0, together * channels, lanes)), channels, lanes);
  }

  /** How many neighbouring pixels a block belongs to. */
  int together() {
    return Math.max(1, blocks.getFirst().count() / channels);
  }

  /** How many vectors a block has; the only one may have fewer channels than lanes. */
  int vectors(Block block) {
    return Math.ceilDiv(block.count(), lanes);
  }

  /** Whether blocks are whole vectors, and no channel belongs to two of them. */
  boolean areApart() {
    return channels % lanes == 0 && blocks.stream().mapToInt(Block::count).sum() == channels;
  }

  /** How many floats of packed weights one tap and source channel of a block takes. */
  int width(Block block) {
    return vectors(block) * lanes;
  }

  /** How many lanes of a block are computed. */
  int computed(Block block) {
    return block.count() < lanes ? block.count() : width(block);
  }

  /** The output channel that a block computes in a lane. */
  int channel(Block block, int lane) {
    return (block.begin() + lane / lanes * block.apart() + lane % lanes) % channels;
  }

  /**
   * Packs the weights of a block: {@code [tap][source channel][width of the block]}.
   *
   * @param kernelTaps the taps, as indices into a kernel
   * @param from where they begin
   */
  void pack(
      Block block, WeightsView weights, int group, int[] kernelTaps, float[] packed, int from) {
    int computed = computed(block);
    int width = width(block);
    int at = from;
    for (int tap : kernelTaps) {
      for (int ic = 0; ic < weights.inPerGroup(); ic++) {
        for (int oc = 0; oc < computed; oc++) {
          packed[at + oc] = weights.at(group, channel(block, oc), ic, tap);
        }
        at += width;
      }
    }
  }
}
