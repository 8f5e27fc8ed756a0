package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.PostOp;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Activations that a file spells out become the operators that they are. */
final class Activations implements Pass {
  /** What constants in a file may be off: as much as functions of floats are. */
  private static final float CLOSE = 2.5e-6f;

  @Override
  public String name() {
    return "activations";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    boolean again = true;
    while (again) {
      again = false;
      for (Node node : draft.nodes()) {
        if (draft.has(node)
            && isOfFloats(draft, node)
            && (hardSigmoid(draft, node) || gate(draft, node) || gelu(draft, node))) {
          count++;
          again = true;
        }
      }
    }
    return count;
  }

  private static boolean isOfFloats(Draft draft, Node node) {
    TensorType type = draft.type(node.outputs().getFirst());
    return type.element() == ElementType.FLOAT && type.elementCount() > 0;
  }

  /** {@code clip(x + 3, 0, 6) / 6}. */
  private static boolean hardSigmoid(Draft draft, Node node) {
    Float divisor = scaleOf(draft, node);
    if (divisor == null) {
      return false;
    }
    Node clip = draft.writer(variable(draft, node));
    if (clip == null || draft.onlyReader(clip.outputs().getFirst()) == null) {
      return false;
    }
    float[] limits = limits(draft, clip);
    if (limits == null || limits[0] != 0 || limits[1] != 6 || Math.abs(divisor * 6 - 1) > CLOSE) {
      return false;
    }
    Node add = draft.writer(clip.inputs().getFirst());
    if (add == null
        || !Attributes.is(add, "Add")
        || draft.onlyReader(add.outputs().getFirst()) == null) {
      return false;
    }
    String x = variable(draft, add);
    Float three = constant(draft, add);
    if (three == null || three != 3) {
      return false;
    }
    draft.replace(
        List.of(add, clip, node),
        new Node(
            node.name(),
            "",
            "HardSigmoid",
            List.of(x),
            node.outputs(),
            Map.of("alpha", new Attribute.Real(1 / 6f), "beta", new Attribute.Real(0.5f))));
    return true;
  }

  /**
   * {@code x * sigmoid(x)} and {@code x * hardSigmoid(x)}; also {@code x * clip(x + 3, 0, 6) / 6}.
   */
  private static boolean gate(Draft draft, Node node) {
    if (Attributes.is(node, "Mul")) {
      for (int i = 0; i < 2; i++) {
        String x = node.inputs().get(i);
        Node sigmoid = draft.writer(node.inputs().get(1 - i));
        if (sigmoid == null
            || draft.onlyReader(sigmoid.outputs().getFirst()) == null
            || !sigmoid.inputs().getFirst().equals(x)) {
          continue;
        }
        if (Attributes.is(sigmoid, "Sigmoid")) {
          draft.replace(List.of(sigmoid, node), chain(PostOp.swish(), x, node));
          return true;
        }
        if (isSixth(sigmoid)) {
          draft.replace(List.of(sigmoid, node), chain(PostOp.hardSwish(), x, node));
          return true;
        }
      }
    }
    return hardSwish(draft, node);
  }

  private static boolean isSixth(Node node) {
    return Attributes.is(node, "HardSigmoid")
        && Math.abs(Attributes.real(node, "alpha", 0.2f) * 6 - 1) < CLOSE
        && Attributes.real(node, "beta", 0.5f) == 0.5f;
  }

  private static boolean hardSwish(Draft draft, Node node) {
    Float divisor = scaleOf(draft, node);
    if (divisor == null || Math.abs(divisor * 6 - 1) > CLOSE) {
      return false;
    }
    Node product = draft.writer(variable(draft, node));
    if (product == null
        || !Attributes.is(product, "Mul")
        || draft.onlyReader(product.outputs().getFirst()) == null) {
      return false;
    }
    for (int i = 0; i < 2; i++) {
      String x = product.inputs().get(i);
      Node clip = draft.writer(product.inputs().get(1 - i));
      float[] limits = clip == null ? null : limits(draft, clip);
      if (clip == null || limits == null || limits[0] != 0 || limits[1] != 6) {
        continue;
      }
      Node add = draft.writer(clip.inputs().getFirst());
      if (add == null
          || !Attributes.is(add, "Add")
          || draft.onlyReader(clip.outputs().getFirst()) == null
          || draft.onlyReader(add.outputs().getFirst()) == null) {
        continue;
      }
      Float three = constant(draft, add);
      if (three != null && three == 3 && variable(draft, add).equals(x)) {
        draft.replace(List.of(add, clip, product, node), chain(PostOp.hardSwish(), x, node));
        return true;
      }
    }
    return false;
  }

  /** {@code 0.5 * x * (1 + erf(x / sqrt(2)))}, its factors in any order. */
  private static boolean gelu(Draft draft, Node node) {
    if (!Attributes.is(node, "Erf")) {
      return false;
    }
    Node divide = draft.writer(node.inputs().getFirst());
    Float inner = divide == null ? null : scaleOf(draft, divide);
    Node add = draft.onlyReader(node.outputs().getFirst());
    if (divide == null
        || inner == null
        || Math.abs(inner * Math.sqrt(2) - 1) > CLOSE
        || add == null
        || !Attributes.is(add, "Add")
        || draft.onlyReader(divide.outputs().getFirst()) == null) {
      return false;
    }
    Float one = constant(draft, add);
    if (one == null || one != 1) {
      return false;
    }
    String x = variable(draft, divide);
    Node first = draft.onlyReader(add.outputs().getFirst());
    if (first == null || !Attributes.is(first, "Mul")) {
      return false;
    }
    String sum = add.outputs().getFirst();
    String other = first.inputs().get(first.inputs().get(0).equals(sum) ? 1 : 0);
    Node half = draft.writer(other);
    if (half != null
        && !other.equals(x)
        && Attributes.is(half, "Mul")
        && isHalf(constant(draft, half))
        && variable(draft, half).equals(x)
        && draft.onlyReader(other) != null) {
      draft.replace(List.of(divide, node, add, half, first), chain(PostOp.geluErf(), x, first));
      return true;
    }
    Node second = draft.onlyReader(first.outputs().getFirst());
    if (second == null || !Attributes.is(second, "Mul")) {
      return false;
    }
    boolean halfLast = other.equals(x) && isHalf(constant(draft, second));
    boolean halfFirst =
        isHalf(draft.scalar(other))
            && (second.inputs().get(0).equals(x) || second.inputs().get(1).equals(x));
    if (halfLast || halfFirst) {
      draft.replace(List.of(divide, node, add, first, second), chain(PostOp.geluErf(), x, second));
      return true;
    }
    return false;
  }

  private static boolean isHalf(@Nullable Float value) {
    return value != null && value == 0.5f;
  }

  private static Node chain(PostOp postOp, String x, Node last) {
    Node empty = Fused.node(last.name(), Fused.POINTWISE, List.of(x), "", Map.of());
    return Fused.then(empty, postOp, List.of(), last.outputs().getFirst());
  }

  /** Returns the factor of a product or the inverse of a divisor, or null. */
  private static @Nullable Float scaleOf(Draft draft, Node node) {
    if (Attributes.is(node, "Mul")) {
      return constant(draft, node);
    }
    if (Attributes.is(node, "Div")) {
      Float divisor = draft.scalar(node.inputs().get(1));
      return divisor == null ? null : 1 / divisor;
    }
    return null;
  }

  /** Returns the constant of a node with two inputs, or null. */
  private static @Nullable Float constant(Draft draft, Node node) {
    if (node.inputs().size() != 2) {
      return null;
    }
    Float second = draft.scalar(node.inputs().get(1));
    return second == null ? draft.scalar(node.inputs().get(0)) : second;
  }

  /** Returns the other input. */
  private static String variable(Draft draft, Node node) {
    return node.inputs().size() == 2 && draft.scalar(node.inputs().get(1)) == null
        ? node.inputs().get(1)
        : node.inputs().get(0);
  }

  /** Returns the limits of a Clip, or null. */
  static float @Nullable [] limits(Draft draft, Node node) {
    if (!Attributes.is(node, "Clip")) {
      return null;
    }
    float low = Attributes.real(node, "min", Float.NEGATIVE_INFINITY);
    float high = Attributes.real(node, "max", Float.POSITIVE_INFINITY);
    if (node.hasInput(1)) {
      Float given = draft.scalar(node.inputs().get(1));
      if (given == null) {
        return null;
      }
      low = given;
    }
    if (node.hasInput(2)) {
      Float given = draft.scalar(node.inputs().get(2));
      if (given == null) {
        return null;
      }
      high = given;
    }
    return new float[] {low, high};
  }
}
