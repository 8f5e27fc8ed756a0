package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Node;
import java.util.Arrays;

/**
 * What a ConvTranspose leaves out at each side, and adds at the end, once its result is known: as
 * ONNX has it, a given {@code output_shape} decides about the padding, whatever {@code pads} say.
 *
 * @param begin of each spatial axis
 * @param end likewise
 * @param output likewise
 */
public record TransposedPadding(long[] begin, long[] end, long[] output) {
  /**
   * Returns the padding of a node.
   *
   * @param src dims of its input
   * @param weights dims of its weights
   * @param dst dims of its result
   */
  public static TransposedPadding of(Node node, long[] src, long[] weights, long[] dst) {
    int axes = src.length - 2;
    long[] strides = Attributes.integers(node, "strides", axes, 1);
    long[] dilations = Attributes.integers(node, "dilations", axes, 1);
    long[] more = Attributes.integers(node, "output_padding", axes, 0);
    long[] pads = Attributes.integers(node, "pads", 2 * axes, 0);
    String automatic = Attributes.text(node, "auto_pad", "NOTSET");
    boolean follows =
        automatic.startsWith("SAME") || Attributes.integers(node, "output_shape") != null;
    boolean none = automatic.equals("VALID");
    long[] begin = new long[axes];
    long[] end = new long[axes];
    long[] output = new long[axes];
    for (int i = 0; i < axes; i++) {
      long full = strides[i] * (src[i + 2] - 1) + dilations[i] * (weights[i + 2] - 1) + 1;
      if (follows) {
        long total = Math.max(0, full + more[i] - dst[i + 2]);
        begin[i] = automatic.equals("SAME_UPPER") ? total / 2 : total - total / 2;
        end[i] = total - begin[i];
      } else if (!none) {
        begin[i] = pads[i];
        end[i] = pads[axes + i];
      }
      output[i] = dst[i + 2] - (full - begin[i] - end[i]);
    }
    return new TransposedPadding(begin, end, output);
  }

  /** Whether engines take it: they add less than a stride or dilation. */
  boolean isUsual(Node node) {
    long[] strides = Attributes.integers(node, "strides", output.length, 1);
    long[] dilations = Attributes.integers(node, "dilations", output.length, 1);
    for (int i = 0; i < output.length; i++) {
      if (output[i] < 0 || output[i] >= Math.max(strides[i], dilations[i])) {
        return false;
      }
    }
    return true;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof TransposedPadding that
        && Arrays.equals(begin, that.begin)
        && Arrays.equals(end, that.end)
        && Arrays.equals(output, that.output);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(begin) + 31 * (Arrays.hashCode(end) + 31 * Arrays.hashCode(output));
  }

  @Override
  public String toString() {
    return "%s %s %s"
        .formatted(Arrays.toString(begin), Arrays.toString(end), Arrays.toString(output));
  }
}
