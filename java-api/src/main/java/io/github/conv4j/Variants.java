package io.github.conv4j;

import io.github.conv4j.internal.checks.Checks;

/**
 * The convolutions that the literature has names for, each in one line. All are made of {@link
 * Convolution}, {@link ChannelShuffle} and {@link ConvolutionSequence}, 2D unless the name says
 * otherwise, with bias unless the method says otherwise. None pads, as in the builder: {@code
 * withPadding(Padding.same())} keeps the size at stride 1, {@link Padding#sameUpper} or {@link
 * Padding#sameLower} divides it by any stride; {@link Convolution#toBuilder} changes what else the
 * name does not fix.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Safe for use by any number of threads.
 * <b>Errors.</b> What {@link Convolution.Builder#build} refuses, with {@link
 * IllegalArgumentException}.
 */
public final class Variants {
  private Variants() {}

  /**
   * Mixes channels at each position: a 1x1 kernel.
   *
   * @see <a href="https://arxiv.org/abs/1312.4400">Lin, Chen, Yan: Network in network (2013)</a>
   */
  public static Convolution pointwise(long inChannels, long outChannels) {
    return Convolution.conv2d(inChannels, outChannels).build();
  }

  /**
   * Splits the channels into groups that do not see each other; parameters are divided by {@code
   * groups}.
   *
   * @see <a href="https://papers.nips.cc/paper/4824">Krizhevsky, Sutskever, Hinton: ImageNet
   *     classification with deep convolutional neural networks (2012)</a>
   */
  public static Convolution grouped(long inChannels, long outChannels, long kernel, long groups) {
    return Convolution.conv2d(inChannels, outChannels).kernel(kernel).groups(groups).build();
  }

  /**
   * Mixes channels within groups at each position: a grouped 1x1 kernel.
   *
   * @see <a href="https://arxiv.org/abs/1707.01083">Zhang et al.: ShuffleNet (2017)</a>
   */
  public static Convolution pointwiseGrouped(long inChannels, long outChannels, long groups) {
    return Convolution.conv2d(inChannels, outChannels).groups(groups).build();
  }

  /**
   * Spreads the taps {@code dilation} apart: k taps span {@code dilation * (k - 1) + 1} elements.
   *
   * @see <a href="https://arxiv.org/abs/1511.07122">Yu, Koltun: Multi-scale context aggregation by
   *     dilated convolutions (2015)</a>
   */
  public static Convolution dilated(long inChannels, long outChannels, long kernel, long dilation) {
    return Convolution.conv2d(inChannels, outChannels).kernel(kernel).dilation(dilation).build();
  }

  /** Gives each channel a kernel of its own. */
  public static Convolution depthwise(long channels, long kernel) {
    return depthwise(channels, kernel, 1);
  }

  /**
   * Gives each channel {@code multiplier} kernels of its own; the result has as many times the
   * channels.
   */
  public static Convolution depthwise(long channels, long kernel, long multiplier) {
    return grouped(channels, Checks.product(channels, multiplier, "channels"), kernel, channels);
  }

  /**
   * Convolves each channel on its own, then mixes them with 1x1 kernels.
   *
   * @see <a href="https://arxiv.org/abs/1610.02357">Chollet: Xception (2016)</a>
   */
  public static ConvolutionSequence depthwiseSeparable(
      long inChannels, long outChannels, long kernel) {
    Convolution depthwise =
        Convolution.conv2d(inChannels, inChannels).kernel(kernel).groups(inChannels).build();
    return ConvolutionSequence.of(depthwise, pointwise(inChannels, outChannels));
  }

  /**
   * Convolves each channel with a column, then with a row: the same as one kernel that is their
   * product, see {@link SeparableKernel}. No bias.
   */
  public static ConvolutionSequence spatiallySeparable(
      long channels, long kernelHeight, long kernelWidth) {
    var column = Convolution.conv2d(channels, channels).groups(channels).bias(false);
    var row = Convolution.conv2d(channels, channels).groups(channels).bias(false);
    return ConvolutionSequence.of(
        column.kernel(kernelHeight, 1).build(), row.kernel(1, kernelWidth).build());
  }

  /**
   * Enlarges: the adjoint of a strided convolution.
   *
   * @see <a href="https://arxiv.org/abs/1411.4038">Long, Shelhamer, Darrell: Fully convolutional
   *     networks (2014)</a>
   */
  public static Convolution transposed(
      long inChannels, long outChannels, long kernel, long stride) {
    return Convolution.transposed2d(inChannels, outChannels).kernel(kernel).stride(stride).build();
  }

  /**
   * Slides a cube through a volume or a film.
   *
   * @see <a href="https://arxiv.org/abs/1412.0767">Tran et al.: Learning spatiotemporal features
   *     with 3D convolutional networks (2014)</a>
   */
  public static Convolution volumetric(long inChannels, long outChannels, long kernel) {
    return Convolution.conv3d(inChannels, outChannels).kernel(kernel).build();
  }

  /**
   * Three one-dimensional passes: across channels, down columns, along rows.
   *
   * @see <a href="https://arxiv.org/abs/1412.5474">Jin, Dundar, Culurciello: Flattened
   *     convolutional neural networks for feedforward acceleration (2014)</a>
   */
  public static ConvolutionSequence flattened(long inChannels, long outChannels, long kernel) {
    Convolution across = pointwise(inChannels, outChannels);
    var column = Convolution.conv2d(outChannels, outChannels).groups(outChannels);
    var row = Convolution.conv2d(outChannels, outChannels).groups(outChannels);
    return ConvolutionSequence.of(
        across, column.kernel(kernel, 1).build(), row.kernel(1, kernel).build());
  }

  /**
   * A grouped convolution whose results are shuffled, so that the next grouped one sees all groups.
   *
   * @see <a href="https://arxiv.org/abs/1707.01083">Zhang et al.: ShuffleNet (2017)</a>
   */
  public static ConvolutionSequence shuffledGrouped(
      long inChannels, long outChannels, long kernel, long groups) {
    return ConvolutionSequence.of(
        grouped(inChannels, outChannels, kernel, groups), new ChannelShuffle(outChannels, groups));
  }
}
