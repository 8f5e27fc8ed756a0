package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOp.Operand;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a node does to a value, as a post-op of the node that writes the value.
 *
 * @param postOp what it does
 * @param operands the constants or values that it is given
 */
record AsPostOp(PostOp postOp, List<String> operands) {
  private static AsPostOp of(PostOp postOp) {
    return new AsPostOp(postOp, List.of());
  }

  /**
   * Returns what a node does to one of its inputs, or null if that is no post-op.
   *
   * @param producer the node that writes, or will write, the result: its channels count
   */
  static @Nullable AsPostOp of(Draft draft, Node producer, String value, Node node) {
    TensorType type = draft.type(value);
    if (node.outputs().size() != 1
        || type.element() != ElementType.FLOAT
        || type.elementCount() == 0
        || !type.equals(draft.type(node.outputs().getFirst()))) {
      return null;
    }
    if (Fused.is(node)) {
      return null;
    }
    if (!node.domain().isEmpty()
        && !node.domain().equals("ai.onnx")
        && !node.domain().equals("com.microsoft")) {
      return null;
    }
    if (hasNaN(node)) {
      return null;
    }
    PostOp unary = unary(draft, node);
    if (unary != null) {
      return of(unary);
    }
    return node.inputs().size() == 2 ? binary(draft, producer, value, node) : null;
  }

  /** Post-ops take no NaN: nodes that have one are computed by their definitions. */
  private static boolean hasNaN(Node node) {
    for (Attribute each : node.attributes().values()) {
      if (each instanceof Attribute.Real real && Float.isNaN(real.value())) {
        return true;
      }
    }
    return false;
  }

  private static @Nullable PostOp unary(Draft draft, Node node) {
    return switch (node.operator()) {
      case "Relu" -> PostOp.relu();
      case "LeakyRelu" -> PostOp.leakyRelu(Attributes.real(node, "alpha", 0.01f));
      case "Elu" -> PostOp.elu(Attributes.real(node, "alpha", 1));
      case "Sigmoid" -> PostOp.sigmoid();
      case "Tanh" -> PostOp.tanh();
      case "Swish" -> PostOp.swish(Attributes.real(node, "alpha", 1));
      case "HardSwish" -> PostOp.hardSwish();
      case "HardSigmoid" ->
          PostOp.hardSigmoid(
              Attributes.real(node, "alpha", 0.2f), Attributes.real(node, "beta", 0.5f));
      case "Gelu" ->
          Attributes.text(node, "approximate", "none").equals("tanh")
              ? PostOp.geluTanh()
              : PostOp.geluErf();
      case "Abs" -> PostOp.abs();
      case "Sqrt" -> PostOp.sqrt();
      case "Exp" -> PostOp.exp();
      case "Neg" -> PostOp.linear(-1, 0);
      case "Clip" -> {
        float[] limits = Activations.limits(draft, node);
        yield limits == null || !(limits[0] <= limits[1])
            ? null
            : PostOp.clip(limits[0], limits[1]);
      }
      default -> null;
    };
  }

  private static @Nullable AsPostOp binary(Draft draft, Node producer, String value, Node node) {
    boolean first = node.inputs().get(0).equals(value);
    String other = node.inputs().get(first ? 1 : 0);
    if (other.equals(value)) {
      return Attributes.is(node, "Mul") ? of(PostOp.square()) : null;
    }
    Float number = draft.scalar(other);
    if (number != null && Float.isNaN(number)) {
      return null;
    }
    if (number != null && draft.type(other).rank() <= draft.type(value).rank()) {
      return scalar(node.operator(), number, first);
    }
    float[] channels = Channels.of(draft, other, producer, value);
    if (channels != null) {
      String constant = draft.add(channels, channels.length);
      return tensor(node.operator(), Operand.perChannel(), constant, first);
    }
    boolean same = draft.constant(other) == null && draft.type(other).equals(draft.type(value));
    // Behind weights a sum of two tensors may be made in place.
    if (!(same && Fused.hasWeights(producer))
        && isGate(draft, producer, other, draft.type(value))) {
      return tensor(node.operator(), Operand.perChannel().atEachRun(), other, first);
    }
    return same ? tensor(node.operator(), Operand.full().atEachRun(), other, first) : null;
  }

  /** Whether one image is given a number for each channel. */
  private static boolean isGate(Draft draft, Node producer, String other, TensorType value) {
    TensorType type = draft.type(other);
    return !producer.operator().equals(Fused.PRODUCT)
        && draft.constant(other) == null
        && type.element() == ElementType.FLOAT
        && value.rank() >= 3
        && value.dims()[0] == 1
        && type.rank() == value.rank()
        && type.dims()[1] == value.dims()[1]
        && type.elementCount() == value.dims()[1];
  }

  private static @Nullable AsPostOp scalar(String operator, float number, boolean first) {
    return switch (operator) {
      case "Add" -> of(PostOp.linear(1, number));
      case "Sub" -> of(first ? PostOp.linear(1, -number) : PostOp.linear(-1, number));
      case "Mul" -> of(PostOp.linear(number, 0));
      // A division by a power of two is a product.
      case "Div" ->
          !first
              ? null
              : of(
                  isPowerOfTwo(number)
                      ? PostOp.linear(1 / number, 0)
                      : PostOp.div(Operand.scalar(number)));
      case "Min" -> of(PostOp.min(Operand.scalar(number)));
      case "Max" -> of(PostOp.max(Operand.scalar(number)));
      case "PRelu" -> first ? of(PostOp.leakyRelu(number)) : null;
      case "Pow" -> first && number == 2 ? of(PostOp.square()) : null;
      default -> null;
    };
  }

  private static boolean isPowerOfTwo(float number) {
    return (Float.floatToIntBits(number) & 0x7f_ffff) == 0 && Math.abs(number) >= Float.MIN_NORMAL;
  }

  private static @Nullable AsPostOp tensor(
      String operator, Operand operand, String name, boolean first) {
    PostOp postOp =
        switch (operator) {
          case "Add" -> PostOp.add(operand);
          case "Mul" -> PostOp.mul(operand);
          case "Sub" -> first ? PostOp.sub(operand) : null;
          case "Div" -> first ? PostOp.div(operand) : null;
          // Of two tensors that are not numbers either makes the result none; post-ops keep one.
          case "Min" -> isOfRun(operand) ? null : PostOp.min(operand);
          case "Max" -> isOfRun(operand) ? null : PostOp.max(operand);
          case "PRelu" -> first && operand.equals(Operand.perChannel()) ? PostOp.prelu() : null;
          default -> null;
        };
    return postOp == null ? null : new AsPostOp(postOp, List.of(name));
  }

  private static boolean isOfRun(Operand operand) {
    return operand.origin() == PostOp.Origin.RUN;
  }
}
