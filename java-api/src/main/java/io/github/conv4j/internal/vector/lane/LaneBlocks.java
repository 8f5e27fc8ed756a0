package io.github.conv4j.internal.vector.lane;

import java.util.ArrayList;
import java.util.List;

/**
 * How output channels of many small groups are cut into blocks of one vector: each lane is an
 * output channel, a block covers whole groups, and all source channels that it needs are neighbours
 * that fit one vector too.
 */
record LaneBlocks(List<Block> blocks) {
  /**
   * One block.
   *
   * @param dstBegin its first output channel
   * @param dstCount its output channels
   * @param srcBegin the first source channel of the vector that its lanes choose from
   * @param srcCount the channels of that vector
   * @param index {@code [input channel of the group][lane]}: which of those channels a lane takes
   * @param isPlain whether each lane takes the channel that is its own already
   */
  record Block(
      int dstBegin, int dstCount, int srcBegin, int srcCount, int[] index, boolean isPlain) {}

  /** What a block costs whose source channels do not fill a vector, beside one that they do. */
  private static final double OF_FEW = 3;

  /** What a vector costs that channels of one group fill in part, beside a full one. */
  private static final double IN_PART = 2.1;

  /** Vectors of more lanes are filled in part by masks, at no cost. */
  private static final int UNMASKED_LANES = 8;

  /**
   * Whether lanes serve these groups better than vectors of output channels of one group do: unless
   * an output sees a single channel, one vector must cover two groups at least.
   */
  static boolean serve(int groups, int inPerGroup, int outPerGroup, int lanes) {
    if (inPerGroup == 1 && outPerGroup == 1) {
      return groups > 1;
    }
    if (groups == 1
        || inPerGroup > lanes
        || outPerGroup >= 2 * lanes
        || (inPerGroup > 1 && step(inPerGroup, outPerGroup, lanes) < 2)) {
      return false;
    }
    int block = laneCount(groups, inPerGroup, outPerGroup, lanes);
    double each = groups * inPerGroup < lanes ? OF_FEW : 1;
    double blocks = each * Math.ceilDiv(groups * outPerGroup, block);
    int full = outPerGroup / lanes;
    double part = outPerGroup % lanes == 0 ? 0 : lanes > UNMASKED_LANES ? 1 : IN_PART;
    return blocks < groups * (full + part);
  }

  /** Groups a block. */
  private static int step(int inPerGroup, int outPerGroup, int lanes) {
    return Math.min(lanes / outPerGroup, lanes / inPerGroup);
  }

  /** Output channels a block. */
  private static int laneCount(int groups, int inPerGroup, int outPerGroup, int lanes) {
    int count = inPerGroup == 1 ? lanes : step(inPerGroup, outPerGroup, lanes) * outPerGroup;
    return Math.min(groups * outPerGroup, count);
  }

  static LaneBlocks of(int groups, int inPerGroup, int outPerGroup, int lanes) {
    int in = groups * inPerGroup;
    int out = groups * outPerGroup;
    int step = laneCount(groups, inPerGroup, outPerGroup, lanes);
    List<Block> blocks = new ArrayList<>();
    for (int from = 0; from < out; from += step) {
      // The last block begins early and computes some channels twice.
      int begin = Math.min(from, out - step);
      int srcCount = Math.min(in, lanes);
      int srcBegin = Math.min(begin / outPerGroup * inPerGroup, in - srcCount);
      int[] index = new int[inPerGroup * lanes];
      for (int i = 0; i < inPerGroup; i++) {
        for (int lane = 0; lane < step; lane++) {
          index[i * lanes + lane] = (begin + lane) / outPerGroup * inPerGroup + i - srcBegin;
        }
      }
      blocks.add(
          new Block(begin, step, srcBegin, srcCount, index, isPlain(index, srcCount, lanes)));
    }
    return new LaneBlocks(List.copyOf(blocks));
  }

  private static boolean isPlain(int[] index, int srcCount, int lanes) {
    boolean plain = index.length == lanes && srcCount == lanes;
    for (int lane = 0; plain && lane < lanes; lane++) {
      plain = index[lane] == lane;
    }
    return plain;
  }
}
