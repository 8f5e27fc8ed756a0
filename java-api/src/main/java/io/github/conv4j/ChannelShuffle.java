package io.github.conv4j;

import io.github.conv4j.internal.checks.Checks;
import io.github.conv4j.tensor.Shape;

/**
 * A permutation of channels that lets the groups of one grouped convolution reach the groups of the
 * next: channel {@code g * (channels / groups) + i} moves to {@code i * groups + g}. Immutable.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Numbers out of range,
 * and a source that does not fit, are refused with {@link IllegalArgumentException}, a channel that
 * there is not with {@link IndexOutOfBoundsException}.
 *
 * @param channels the channels, a multiple of {@code groups}
 * @param groups the groups of the convolution before
 * @see <a href="https://arxiv.org/abs/1707.01083">Zhang et al.: ShuffleNet (2017)</a>
 */
public record ChannelShuffle(long channels, long groups) implements Step {
  /** Checks that the groups divide the channels. */
  public ChannelShuffle {
    Checks.positive(channels, "channels");
    Checks.positive(groups, "groups");
    if (channels % groups != 0) {
      throw new IllegalArgumentException(
          "groups must divide the channels but are %d for %d".formatted(groups, channels));
    }
  }

  /**
   * Returns which source channel ends up in a result channel.
   *
   * @throws IndexOutOfBoundsException if there is no such channel
   */
  public long sourceChannel(long channel) {
    Checks.index(channel, channels, "channel");
    return channel % groups * (channels / groups) + channel / groups;
  }

  @Override
  public Shape outputShape(Shape src) {
    if (src.rank() < 3 || src.dim(1) != channels) {
      throw new IllegalArgumentException(
          "the shuffle takes %d channels but src is %s".formatted(channels, src));
    }
    return src;
  }

  @Override
  public long parameterCount() {
    return 0;
  }

  @Override
  public long multiplications(Shape src) {
    return 0;
  }

  @Override
  public long[] receptiveField(long[] outputs) {
    Checks.allPositive(outputs, "outputs");
    return outputs.clone();
  }
}
