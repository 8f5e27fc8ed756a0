package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.PostOp;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * A convolution of an image whose pixels are repeated becomes a transposed convolution of the image
 * before, with {@link RepeatedWeights}. Where such images are joined with others, each gets a
 * convolution of its own, which adds what those before it gave.
 */
final class RepeatedImages implements Pass {
  /** Of the products before; with more, nothing is gained. */
  private static final double MOST_PRODUCTS = 0.75;

  /** For each output: to add what another convolution gave costs about as much as half of them. */
  private static final double LEAST_SAVED = 16;

  /** How many times the weights before. */
  private static final long MOST_GROWTH = 12;

  /** Each is a step of its own. */
  private static final int MOST_REPEATED = 8;

  @Override
  public String name() {
    return "repeated-images";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    if (draft.nodes().size() > Draft.MOST_NODES) {
      return count;
    }
    for (Node node : draft.nodes()) {
      List<Node> instead = serves(draft, node) ? instead(draft, node) : List.of();
      if (instead.size() == 1) {
        draft.replace(List.of(node), instead.getFirst());
        count++;
      } else if (!instead.isEmpty()) {
        draft.replace(node, instead);
        count++;
      }
    }
    return count;
  }

  private static boolean serves(Draft draft, Node node) {
    if (!Convolutions.isPlain(draft, node)
        || !node.operator().equals(Fused.CONV)
        || !Attributes.text(node, "auto_pad", "NOTSET").equals("NOTSET")) {
      return false;
    }
    long[] kernel = kernel(draft, node);
    int axes = kernel.length;
    long[] pads = pads(node, axes);
    for (int i = 0; i < pads.length; i++) {
      // Of more padding, the transposed convolution would have less than none.
      if (pads[i] >= kernel[i % axes]) {
        return false;
      }
    }
    return Attributes.areAll(1, Attributes.integers(node, "strides", axes, 1))
        && Attributes.areAll(1, Attributes.integers(node, "dilations", axes, 1));
  }

  private static long[] pads(Node node, int axes) {
    return Attributes.integers(node, "pads", 2 * axes, 0);
  }

  private static long[] kernel(Draft draft, Node node) {
    long[] dims = draft.type(node.inputs().get(1)).dims();
    return Arrays.copyOfRange(dims, 2, dims.length);
  }

  /** Returns what takes the place of a convolution; nothing where that would gain nothing. */
  private static List<Node> instead(Draft draft, Node node) {
    String src = node.inputs().getFirst();
    List<Node> convolutions = new ArrayList<>();
    List<String> others = new ArrayList<>();
    List<Integer> channels = new ArrayList<>();
    List<String> images = images(draft, src);
    if (images.stream().allMatch(image -> Repetition.ofImage(draft, image) == null)) {
      return List.of();
    }
    float[] weights = Convolutions.weights(draft, node);
    int first = 0;
    for (String image : images) {
      int next = first + Math.toIntExact(draft.type(image).dim(1));
      Node transposed =
          convolutions.size() < MOST_REPEATED
              ? transposed(draft, node, weights, image, first)
              : null;
      if (transposed != null) {
        convolutions.add(transposed);
      } else if (next > first) {
        others.add(image);
        IntStream.range(first, next).forEach(channels::add);
      }
      first = next;
    }
    if (convolutions.isEmpty()) {
      return List.of();
    }
    List<Node> nodes = new ArrayList<>();
    if (!others.isEmpty()) {
      String joined = others.getFirst();
      if (others.size() > 1) {
        joined = join(draft, src, others, channels.size(), nodes);
      }
      convolutions.add(ofChannels(draft, node, weights, joined, channels));
    }
    addUp(draft, node, convolutions, nodes);
    return nodes;
  }

  /** Returns the images that are joined for a convolution alone, or the one that it reads. */
  private static List<String> images(Draft draft, String src) {
    Node writer = draft.onlyReader(src) == null ? null : draft.writer(src);
    if (writer == null || !Attributes.is(writer, "Concat")) {
      return List.of(src);
    }
    long axis = Math.floorMod(Attributes.integer(writer, "axis", 1), draft.type(src).rank());
    return axis == 1 ? writer.inputs() : List.of(src);
  }

  /** Adds a node that joins some of the images that were joined; returns what it gives. */
  private static String join(
      Draft draft, String all, List<String> images, long channels, List<Node> nodes) {
    Node writer = Objects.requireNonNull(draft.writer(all), all);
    String joined = draft.newName();
    draft.setType(joined, withChannels(draft.type(all), channels));
    nodes.add(new Node(writer.name(), "", "Concat", images, List.of(joined), writer.attributes()));
    return joined;
  }

  private static TensorType withChannels(TensorType type, long channels) {
    long[] dims = type.dims();
    dims[1] = channels;
    return new TensorType(type.element(), dims);
  }

  /** Returns a convolution of some channels, without bias, whose output has no name yet. */
  private static Node ofChannels(
      Draft draft, Node node, float[] weights, String src, List<Integer> channels) {
    long[] dims = draft.type(node.inputs().get(1)).dims();
    int ic = (int) dims[1];
    int taps = Math.toIntExact(weights.length / (dims[0] * ic));
    dims[1] = channels.size();
    float[] some = new float[(int) dims[0] * channels.size() * taps];
    for (int i = 0; i < some.length; i += taps) {
      int output = i / taps / channels.size();
      int channel = channels.get(i / taps % channels.size());
      System.arraycopy(weights, (output * ic + channel) * taps, some, i, taps);
    }
    List<String> inputs = List.of(src, draft.add(some, dims), "");
    return Fused.node(node.name(), Fused.CONV, inputs, "", node.attributes());
  }

  /**
   * Returns the transposed convolution that is the part of a convolution which reads an image,
   * without bias and with an output that has no name yet; null where there is none, or no gain.
   *
   * @param weights of the convolution
   * @param first of the image's channels among all that the convolution reads
   */
  private static @Nullable Node transposed(
      Draft draft, Node node, float[] weights, String image, int first) {
    long[] factors = Repetition.ofImage(draft, image);
    if (factors == null) {
      return null;
    }
    long[] kernel = kernel(draft, node);
    TensorType type = draft.type(image);
    int oc = (int) draft.type(node.outputs().getFirst()).dim(1);
    var repeated = new RepeatedWeights(kernel, factors);
    long pixels = type.elementCount() / (type.dim(0) * type.dim(1));
    int channels = (int) type.dim(1);
    if (repeated.count() > pixels / oc || !pays(repeated, kernel, factors, channels)) {
      return null;
    }
    int ic = (int) draft.type(node.inputs().get(1)).dim(1);
    float[] sums = repeated.sums(weights, oc, ic, first, channels);
    if (sums == null) {
      return null;
    }
    int axes = kernel.length;
    long[] dims = new long[axes + 2];
    dims[0] = channels;
    dims[1] = oc;
    long[] pads = pads(node, axes);
    for (int axis = 0; axis < axes; axis++) {
      dims[axis + 2] = repeated.size(axis);
      pads[axis] = kernel[axis] - 1 - pads[axis];
      pads[axes + axis] = kernel[axis] - 1 - pads[axes + axis];
    }
    Map<String, Attribute> attributes =
        Map.of("strides", Attributes.of(factors), "pads", Attributes.of(pads));
    Node resize = Objects.requireNonNull(draft.writer(image), image);
    String src = resize.inputs().getFirst();
    List<String> inputs = List.of(src, draft.add(sums, dims), "");
    return Fused.node(node.name(), Fused.CONV_TRANSPOSE, inputs, "", attributes);
  }

  /** Whether much less is to multiply, with weights that are not many times as many. */
  private static boolean pays(
      RepeatedWeights repeated, long[] kernel, long[] factors, long channels) {
    double taps = 1;
    double repetitions = 1;
    for (int axis = 0; axis < kernel.length; axis++) {
      taps *= kernel[axis];
      repetitions *= factors[axis];
    }
    double products = repeated.count() / repetitions;
    return products <= MOST_PRODUCTS * taps
        && (taps - products) * channels >= LEAST_SAVED
        && repeated.count() <= MOST_GROWTH * taps;
  }

  /** Names what convolutions give: each but the first adds what those before it gave. */
  private static void addUp(Draft draft, Node node, List<Node> convolutions, List<Node> nodes) {
    String result = node.outputs().getFirst();
    String sum = "";
    for (int i = 0; i < convolutions.size(); i++) {
      boolean last = i == convolutions.size() - 1;
      Node each = convolutions.get(i);
      List<String> inputs = new ArrayList<>(each.inputs());
      if (last && node.hasInput(2)) {
        inputs.set(2, node.inputs().get(2));
      }
      String output = last ? result : draft.newName();
      draft.setType(output, draft.type(result));
      Node named = Fused.node(each.name(), each.operator(), inputs, output, each.attributes());
      nodes.add(
          i == 0
              ? named
              : Fused.then(
                  named, PostOp.add(PostOp.Operand.full().atEachRun()), List.of(sum), output));
      sum = output;
    }
  }
}
