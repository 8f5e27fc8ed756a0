package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.tensor.Quantization;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions and products of dequantized integers with constant weights become convolutions of
 * integers, as do those that ONNX has for integers.
 */
final class QuantizedConvolutions implements Pass {
  /** Sums of more products of bytes may leave 32 bits, where engines saturate and ONNX wraps. */
  private static final int MOST_PRODUCTS = 65_000;

  @Override
  public String name() {
    return "quantized";
  }

  @Override
  public int apply(Draft draft) {
    int count = 0;
    for (Node node : draft.nodes()) {
      Node integers = integers(draft, node);
      if (integers != null) {
        draft.replace(List.of(node), integers);
        count++;
      }
    }
    return count;
  }

  private static @Nullable Node integers(Draft draft, Node node) {
    if (!Attributes.is(node, node.operator())
        || draft.type(node.outputs().getFirst()).elementCount() == 0) {
      return null;
    }
    return switch (node.operator()) {
      case "Conv" -> ofFloats(draft, node, Fused.CONV, 0);
      case "ConvTranspose" -> ofFloats(draft, node, Fused.CONV_TRANSPOSE, 1);
      case "MatMul" -> ofFloats(draft, node, Fused.PRODUCT, 1);
      case "Gemm" -> gemm(draft, node);
      case "QLinearConv" -> linear(draft, node, Fused.CONV, 0);
      case "QLinearMatMul" -> linear(draft, node, Fused.PRODUCT, 1);
      case "ConvInteger" -> sums(draft, node, Fused.CONV, 0);
      case "MatMulInteger" -> sums(draft, node, Fused.PRODUCT, 1);
      default -> null;
    };
  }

  private static @Nullable Node gemm(Draft draft, Node node) {
    boolean plain =
        Attributes.integer(node, "transA", 0) == 0
            && Attributes.real(node, "alpha", 1) == 1
            && Attributes.real(node, "beta", 1) == 1;
    boolean turned = Attributes.integer(node, "transB", 0) != 0;
    return plain ? ofFloats(draft, node, Fused.PRODUCT, turned ? 0 : 1) : null;
  }

  /** What a convolution computes with: all but the bias and what it writes. */
  private record Operands(
      String operator, String src, Scaling ofSrc, QuantizedWeights weights, int channelAxis) {
    /** Returns the scale of the integer sums of an output channel. */
    float scale(int channel) {
      return ofSrc.scale(0) * weights.scaling().scale(channel);
    }

    int channels(Node node) {
      long group = Attributes.integer(node, "group", 1);
      return Math.toIntExact(
          operator.equals(Fused.CONV_TRANSPOSE)
              ? group * weights.type().dim(1)
              : weights.type().dim(channelAxis));
    }

    Quantization quantization() {
      return Quantization.none()
          .withSrc(ofSrc.scale(0), ofSrc.zeroPoint(0))
          .withWeights(weights.scaling().scales());
    }
  }

  /** Returns what is computed with, or null where an engine would not take it. */
  private static @Nullable Operands operands(
      Draft draft,
      Node node,
      String operator,
      String src,
      Scaling ofSrc,
      String weights,
      Scaling ofWeights,
      int channelAxis) {
    if (!ofSrc.isSingle() || !Dequantized.isByte(draft, src) || draft.constant(src) != null) {
      return null;
    }
    QuantizedWeights packed = QuantizedWeights.of(draft, weights, ofWeights, channelAxis);
    if (packed == null) {
      return null;
    }
    var operands = new Operands(operator, src, ofSrc, packed, channelAxis);
    for (int i = 0; i < ofWeights.count(); i++) {
      float scale = operands.scale(i);
      if (!(scale >= Float.MIN_NORMAL) || scale == Float.POSITIVE_INFINITY) {
        return null;
      }
    }
    return fits(draft, node, operands) ? operands : null;
  }

  private static boolean fits(Draft draft, Node node, Operands operands) {
    TensorType src = draft.type(operands.src);
    TensorType weights = operands.weights.type();
    if (weights.elementCount() == 0 || src.elementCount() == 0) {
      return false;
    }
    return switch (operands.operator) {
      case Fused.PRODUCT -> weights.rank() == 2 && src.rank() >= 2;
      case Fused.CONV_TRANSPOSE ->
          src.rank() >= 3
              && src.rank() <= 5
              && (operands.weights.scaling().isSingle()
                  || Attributes.integer(node, "group", 1) == 1)
              && TransposedPadding.of(
                      node,
                      src.dims(),
                      weights.dims(),
                      draft.type(node.outputs().getFirst()).dims())
                  .isUsual(node);
      default -> src.rank() >= 3 && src.rank() <= 5;
    };
  }

  /** A node of floats that were integers. */
  private static @Nullable Node ofFloats(Draft draft, Node node, String operator, int channelAxis) {
    Dequantized src = Dequantized.tensor(draft, node.inputs().get(0));
    Dequantized weights = Dequantized.of(draft, node.inputs().get(1));
    if (src == null || weights == null) {
      return null;
    }
    Operands operands =
        operands(
            draft,
            node,
            operator,
            src.integers(),
            src.scaling(),
            weights.integers(),
            weights.scaling(),
            channelAxis);
    if (operands == null) {
      return null;
    }
    String bias = node.hasInput(2) ? bias(draft, node, operands) : "";
    return bias == null ? null : made(draft, node, operands, bias, operands.quantization());
  }

  /** Returns the name of a constant bias, of integers if they have the scale of the sums. */
  private static @Nullable String bias(Draft draft, Node node, Operands operands) {
    String name = node.inputs().get(2);
    int channels = operands.channels(node);
    TensorType type = draft.type(name);
    if (type.rank() == 0
        || type.elementCount() != channels
        || type.dim(type.rank() - 1) != channels) {
      return null;
    }
    Dequantized given = Dequantized.of(draft, name);
    Constant integers = given == null ? null : draft.known(given.integers());
    if (given != null
        && integers != null
        && integers.type() == ElementType.INT32
        && hasScaleOfSums(given.scaling(), operands, channels)) {
      return draft.add(integers);
    }
    float[] floats = draft.floats(name);
    return floats == null ? null : draft.add(floats, channels);
  }

  private static boolean hasScaleOfSums(Scaling scaling, Operands operands, int channels) {
    if (scaling.count() != 1 && scaling.count() != channels) {
      return false;
    }
    for (int c = 0; c < channels; c++) {
      if (scaling.scale(c) != operands.scale(c) || scaling.zeroPoint(c) != 0) {
        return false;
      }
    }
    return true;
  }

  /** QLinearConv and QLinearMatMul: inputs, each with scale and zero point, and those of dst. */
  private static @Nullable Node linear(Draft draft, Node node, String operator, int channelAxis) {
    List<String> inputs = node.inputs();
    int rank = draft.type(inputs.get(3)).rank();
    Scaling ofSrc = Scaling.of(draft, inputs.get(1), inputs.get(2), 0, 1);
    Scaling ofWeights = Scaling.of(draft, inputs.get(4), inputs.get(5), channelAxis, rank);
    Scaling ofDst = Scaling.of(draft, inputs.get(6), inputs.get(7), 0, 1);
    if (ofSrc == null
        || ofWeights == null
        || ofDst == null
        || !ofDst.isSingle()
        || !(isRow(draft, inputs.get(4)) && isRow(draft, inputs.get(5)))) {
      return null;
    }
    Operands operands =
        operands(
            draft, node, operator, inputs.get(0), ofSrc, inputs.get(3), ofWeights, channelAxis);
    String bias = node.hasInput(8) ? inputs.get(8) : "";
    if (operands == null || (!bias.isEmpty() && draft.constant(bias) == null)) {
      return null;
    }
    Quantization quantization = operands.quantization().withDst(ofDst.scale(0), ofDst.zeroPoint(0));
    return made(draft, node, operands, bias, quantization);
  }

  /** Whether the numbers of a constant lie along its last axis: QLinearMatMul may have columns. */
  private static boolean isRow(Draft draft, String value) {
    Constant constant = draft.known(value);
    return constant == null
        || constant.dims().length == 0
        || constant.elementCount() == constant.dims()[constant.dims().length - 1];
  }

  /** ConvInteger and MatMulInteger: integers stand for themselves. */
  private static @Nullable Node sums(Draft draft, Node node, String operator, int channelAxis) {
    String one = draft.add(new float[] {1}, 1);
    String zeroOfSrc = node.hasInput(2) ? node.inputs().get(2) : "";
    String zeroOfWeights = node.hasInput(3) ? node.inputs().get(3) : "";
    Scaling ofSrc = Scaling.of(draft, one, zeroOfSrc, 0, 1);
    Scaling ofWeights = Scaling.of(draft, one, zeroOfWeights, 0, 1);
    if (ofSrc == null || ofWeights == null) {
      return null;
    }
    Operands operands =
        operands(
            draft,
            node,
            operator,
            node.inputs().get(0),
            ofSrc,
            node.inputs().get(1),
            ofWeights,
            channelAxis);
    if (operands == null
        || draft.type(node.inputs().get(1)).elementCount() / operands.channels(node)
            > MOST_PRODUCTS) {
      return null;
    }
    return made(draft, node, operands, "", operands.quantization());
  }

  private static Node made(
      Draft draft, Node node, Operands operands, String bias, Quantization quantization) {
    boolean isProduct = operands.operator.equals(Fused.PRODUCT);
    boolean turned = isProduct && operands.channelAxis == 1;
    QuantizedWeights weights = turned ? operands.weights.turned() : operands.weights;
    String output = node.outputs().getFirst();
    Node plain =
        Fused.node(
            node.name(),
            operands.operator,
            List.of(operands.src, weights.add(draft), bias),
            output,
            isProduct ? Map.of() : node.attributes());
    return Fused.quantized(plain, quantization, output);
  }
}
