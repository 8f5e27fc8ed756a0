package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.PostOp;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A product or a sum a channel behind a convolution without post-ops goes into its weights; behind
 * another product and sum a channel, both become one.
 */
final class Affine implements Pass {
  /** With one number a channel, as normalizations are. */
  static final List<PostOp> PRODUCT_AND_SUM =
      List.of(PostOp.mul(PostOp.Operand.perChannel()), PostOp.add(PostOp.Operand.perChannel()));

  @Override
  public String name() {
    return "affine";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node start : draft.nodes()) {
      boolean takesIn =
          Fused.hasWeights(start) && Fused.postOps(start).isEmpty() && !Fused.isQuantized(start);
      if (!(takesIn || isProductAndSum(start)) || !draft.has(start)) {
        continue;
      }
      for (Node next = fold(draft, start); next != null; next = fold(draft, next)) {
        count++;
      }
    }
    return count;
  }

  private static boolean isProductAndSum(Node node) {
    return Fused.is(node)
        && node.operator().equals(Fused.POINTWISE)
        && Fused.postOps(node).list().equals(PRODUCT_AND_SUM);
  }

  /** What one number a channel is multiplied with and added. */
  private record Step(float[] scale, float[] shift) {}

  /** Returns a node that does the work of its only reader too, or null where it cannot. */
  private static @Nullable Node fold(Draft draft, Node node) {
    String value = node.outputs().getFirst();
    Node reader = draft.onlyReader(value);
    if (reader == null || !draft.type(value).equals(draft.type(reader.outputs().getFirst()))) {
      return null;
    }
    Step step = step(draft, node, value, reader);
    if (step == null) {
      return null;
    }
    Node folded =
        Fused.hasWeights(node)
            ? folded(draft, node, step, reader)
            : composed(draft, node, step, reader);
    if (folded != null) {
      draft.replace(List.of(node, reader), folded);
    }
    return folded;
  }

  private static @Nullable Step step(Draft draft, Node node, String value, Node reader) {
    if (Fused.is(reader)) {
      return isProductAndSum(reader) ? ofPointwise(draft, node, value, reader) : null;
    }
    if (!Attributes.is(reader, "Add", "Sub", "Mul", "Div")) {
      return null;
    }
    boolean first = reader.inputs().get(0).equals(value);
    String other = reader.inputs().get(first ? 1 : 0);
    float[] numbers = Channels.of(draft, other, node, value);
    if (numbers == null || (!first && Attributes.is(reader, "Div"))) {
      return null;
    }
    int count = numbers.length;
    float[] scale = filled(count, 1);
    float[] shift = new float[count];
    for (int c = 0; c < count; c++) {
      switch (reader.operator()) {
        case "Add" -> shift[c] = numbers[c];
        case "Sub" -> {
          scale[c] = first ? 1 : -1;
          shift[c] = first ? -numbers[c] : numbers[c];
        }
        case "Mul" -> scale[c] = numbers[c];
        default -> scale[c] = 1 / numbers[c];
      }
    }
    return new Step(scale, shift);
  }

  /** A normalization: a product and a sum with one number a channel. */
  private static @Nullable Step ofPointwise(Draft draft, Node node, String value, Node reader) {
    if (Channels.axis(node, draft.type(value)) != 1) {
      return null;
    }
    float[] scale = draft.floats(reader.inputs().get(1));
    float[] shift = draft.floats(reader.inputs().get(2));
    return scale == null || shift == null ? null : new Step(scale, shift);
  }

  /** {@code (x * scale + shift) * s + t} is {@code x * (scale * s) + (shift * s + t)}. */
  private static @Nullable Node composed(Draft draft, Node node, Step step, Node reader) {
    float[] scale = draft.floats(node.inputs().get(1));
    float[] shift = draft.floats(node.inputs().get(2));
    if (scale == null || shift == null) {
      return null;
    }
    for (int c = 0; c < scale.length; c++) {
      shift[c] = (float) ((double) shift[c] * step.scale[c] + step.shift[c]);
      scale[c] *= step.scale[c];
      if (!Float.isFinite(scale[c]) || !Float.isFinite(shift[c])) {
        return null;
      }
    }
    List<String> inputs =
        List.of(
            node.inputs().getFirst(),
            draft.add(scale, scale.length),
            draft.add(shift, shift.length));
    return Fused.node(
        node.name(), node.operator(), inputs, reader.outputs().getFirst(), node.attributes());
  }

  private static Node folded(Draft draft, Node node, Step step, Node reader) {
    String weightsName = node.inputs().get(1);
    float[] weights = Objects.requireNonNull(draft.floats(weightsName));
    TensorType type = draft.type(weightsName);
    int channels = step.scale.length;
    boolean transposed = node.operator().equals(Fused.CONV_TRANSPOSE);
    if (transposed) {
      scaleTransposed(weights, type, step.scale);
    } else {
      int each = weights.length / channels;
      for (int i = 0; i < weights.length; i++) {
        weights[i] *= step.scale[i / each];
      }
    }
    float[] bias = node.hasInput(2) ? draft.floats(node.inputs().get(2)) : new float[channels];
    float[] sums = new float[channels];
    for (int c = 0; c < channels; c++) {
      sums[c] = (float) ((double) Objects.requireNonNull(bias)[c] * step.scale[c] + step.shift[c]);
    }
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.set(1, draft.add(weights, type.dims()));
    inputs.set(2, draft.add(sums, channels));
    return Fused.node(
        node.name(), node.operator(), inputs, reader.outputs().getFirst(), node.attributes());
  }

  /** Weights are [ic, oc / groups, ...], the input channels of a group together. */
  private static void scaleTransposed(float[] weights, TensorType type, float[] scale) {
    int ic = (int) type.dim(0);
    int perGroup = (int) type.dim(1);
    int groups = scale.length / perGroup;
    int taps = weights.length / (ic * perGroup);
    for (int i = 0; i < ic; i++) {
      int group = i / (ic / groups);
      for (int o = 0; o < perGroup; o++) {
        for (int t = 0; t < taps; t++) {
          weights[(i * perGroup + o) * taps + t] *= scale[group * perGroup + o];
        }
      }
    }
  }

  private static float[] filled(int count, float value) {
    float[] all = new float[count];
    Arrays.fill(all, value);
    return all;
  }
}
