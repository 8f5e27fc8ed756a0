package io.github.conv4j.networks.internal.quantization;

/**
 * Weights as bytes with sign, symmetric around zero, with a scale for each output channel, and the
 * bias as integers of 32 bits.
 *
 * @param values in the order of the weights
 * @param scales one for each channel
 * @param bias as many as there were
 */
record QuantizedWeights(byte[] values, float[] scales, int[] bias) {
  /** So much of 32 bits is left to the sum of products. */
  private static final double MOST_BIAS = 1 << 30;

  /**
   * Rounds.
   *
   * @param channels how many scales there are
   * @param inner how many neighbours in the weights are of the same channel
   * @param bits of a weight, with its sign: 7 or 8
   * @param srcScale of what is multiplied by them
   * @param bias one for each channel, any number where there is one scale, or none
   */
  static QuantizedWeights of(
      float[] weights, int channels, int inner, int bits, float srcScale, float[] bias) {
    int most = (1 << (bits - 1)) - 1;
    double[] largest = new double[channels];
    for (int i = 0; i < weights.length; i++) {
      int channel = i / inner % channels;
      largest[channel] = Math.max(largest[channel], Math.abs(weights[i]));
    }
    for (int i = 0; i < bias.length; i++) {
      // A bias beside weights that are next to nothing must fit into its integer too.
      int channel = channels == 1 ? 0 : i;
      double needed = Math.abs(bias[i]) / srcScale / MOST_BIAS * most;
      largest[channel] = Math.max(largest[channel], needed);
    }
    float[] scales = new float[channels];
    for (int c = 0; c < channels; c++) {
      double scale = largest[c] / most;
      scales[c] = scale == 0 ? 1 : (float) Math.max(scale, Float.MIN_NORMAL);
    }
    byte[] values = new byte[weights.length];
    for (int i = 0; i < weights.length; i++) {
      double scaled = Math.rint(weights[i] / (double) scales[i / inner % channels]);
      values[i] = (byte) Math.clamp(scaled, -most, most);
    }
    int[] integers = new int[bias.length];
    for (int i = 0; i < bias.length; i++) {
      double scale = srcScale * scales[channels == 1 ? 0 : i];
      integers[i] = (int) Math.rint(bias[i] / scale);
    }
    return new QuantizedWeights(values, scales, integers);
  }
}
