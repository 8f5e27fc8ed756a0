package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.DataType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What oneDNN's kernels do without VNNI instructions: they multiply bytes of two neighbouring
 * source channels and add the two products in 16 bits, which saturate silently ({@code
 * vpmaddubsw}). The pairs are those of the packed weights, whose innermost block is four source
 * channels of a group; depthwise kernels widen bytes first.
 */
final class BytePairs {
  private BytePairs() {}

  /**
   * Returns two weights whose products may saturate, as text; null if there are none.
   *
   * @param weights in row-major order, of a convolution that is not transposed
   */
  static @Nullable String saturating(Convolution convolution, int[] weights) {
    int in = (int) (convolution.inChannels() / convolution.groups());
    int taps = (int) (weights.length / convolution.outChannels() / in);
    for (int at = 0; at < weights.length; at += in * taps) {
      for (int channel = 0; channel + 1 < in; channel += 2) {
        int first = at + channel * taps;
        for (int tap = first; tap < first + taps; tap++) {
          int sum = DataType.U8.most() * (weights[tap] + weights[tap + taps]);
          if (sum > Short.MAX_VALUE || sum < Short.MIN_VALUE) {
            return weights[tap] + " and " + weights[tap + taps];
          }
        }
      }
    }
    return null;
  }

  /** Whether the packed weights of a convolution are in the order in which pairs are known. */
  static boolean areOf(PreparedConvolution prepared) {
    List<String> layouts =
        prepared.explain().stages().stream()
            .map(Explanation.Stage::weightsLayout)
            .filter(layout -> !layout.isEmpty())
            .toList();
    return !layouts.isEmpty()
        && layouts.stream().allMatch(layout -> layout.endsWith("4b") || layout.endsWith("4c"));
  }
}
