package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.operator.GroupNormalization;
import io.github.conv4j.networks.internal.operator.LocalResponseNormalization;
import io.github.conv4j.networks.internal.pass.Attributes;

/** Normalization of the channels of images. */
final class NormalizationLowering {
  /** From here on scale and bias of GroupNormalization belong to channels, before to groups. */
  private static final int SCALES_CHANNELS = 21;

  private NormalizationLowering() {}

  /** Instances are groups of one channel. */
  static boolean instance(Lowering to, Node node) {
    if (!serves(to, node)) {
      return false;
    }
    int scale = to.place(node.inputs().get(1)).value();
    int bias = to.place(node.inputs().get(2)).value();
    groups(to, node, to.dims(node.inputs().getFirst())[1], scale, bias);
    return true;
  }

  static boolean group(Lowering to, Node node) {
    if (!serves(to, node)) {
      return false;
    }
    long groups = Attributes.integer(node, "num_groups", 1);
    int[] factors = new int[2];
    for (int i = 0; i < factors.length; i++) {
      String name = node.inputs().get(i + 1);
      if (to.draft().opset() < SCALES_CHANNELS) {
        float[] values = to.draft().floats(name);
        if (values == null) {
          return false;
        }
        float[] all = repeated(values, to.dims(node.inputs().getFirst())[1] / groups);
        name = to.draft().add(all, all.length);
      }
      factors[i] = to.place(name).value();
    }
    groups(to, node, groups, factors[0], factors[1]);
    return true;
  }

  private static float[] repeated(float[] values, long times) {
    float[] all = new float[Math.toIntExact(values.length * times)];
    for (int i = 0; i < all.length; i++) {
      all[i] = values[(int) (i / times)];
    }
    return all;
  }

  private static boolean serves(Lowering to, Node node) {
    boolean serves = to.type(node.inputs().getFirst()).elementCount() > 0;
    for (String input : node.inputs()) {
      serves &= to.type(input).element() == ElementType.FLOAT;
    }
    return serves;
  }

  private static void groups(Lowering to, Node node, long groups, int scale, int bias) {
    String src = node.inputs().getFirst();
    long[] dims = to.dims(src);
    Order order = Order.channelsLast(dims.length);
    int from = to.read(src, order);
    int result = to.write(node.outputs().getFirst(), order);
    var primitive =
        new GroupNormalization(
            dims[0],
            Math.toIntExact(to.type(src).elementCount() / dims[0] / dims[1]),
            Math.toIntExact(dims[1]),
            Math.toIntExact(groups),
            Attributes.real(node, "epsilon", 1e-5f),
            to.threads());
    to.step(node, primitive, "java:normalization", from, result, scale, bias);
  }

  static boolean localResponse(Lowering to, Node node) {
    if (!serves(to, node)) {
      return false;
    }
    String src = node.inputs().getFirst();
    long[] dims = to.dims(src);
    long size = Attributes.integer(node, "size", 1);
    float alpha = Attributes.real(node, "alpha", 1e-4f);
    float bias = Attributes.real(node, "bias", 1);
    // It computes with logarithms, and passes over the channels once for each of a sum.
    if (!(bias > 0) || !(alpha >= 0) || size > 2 * dims[1]) {
      return false;
    }
    Order order = Order.channelsLast(dims.length);
    int from = to.read(src, order);
    int result = to.write(node.outputs().getFirst(), order);
    var primitive =
        new LocalResponseNormalization(
            to.type(src).elementCount() / dims[1],
            Math.toIntExact(dims[1]),
            Math.toIntExact(size),
            alpha,
            Attributes.real(node, "beta", 0.75f),
            bias,
            to.threads());
    to.step(node, primitive, "java:normalization", from, result);
    return true;
  }
}
