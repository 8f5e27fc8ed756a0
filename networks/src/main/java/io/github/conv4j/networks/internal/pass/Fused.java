package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOps;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.tensor.Quantization;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Operators that exist only between passes and execution: ONNX's {@code Conv} and {@code
 * ConvTranspose}, a product with constant weights, and a chain of pointwise functions, each with
 * post-ops. Their inputs are src, weights and bias where they have them, then the operands of the
 * post-ops in order. Those with weights may be of integers: then src is of 8 bits, weights are s8,
 * a bias is s32 or float, and {@link #quantization} says what they mean.
 */
public final class Fused {
  /** The domain of these operators. */
  public static final String DOMAIN = "conv4j";

  /** ONNX's Conv with post-ops. */
  public static final String CONV = "Conv";

  /** ONNX's ConvTranspose with post-ops. */
  public static final String CONV_TRANSPOSE = "ConvTranspose";

  /**
   * {@code dst[..., n] = sum over k of src[..., k] * weights[n, k] + bias[n]}, with post-ops whose
   * channels are the innermost axis.
   */
  public static final String PRODUCT = "Product";

  /** Layer normalization over the innermost axis, with one scale and one bias an element. */
  public static final String LAYER_NORMALIZATION = "LayerNormalization";

  /** Post-ops of src alone; channels are axis 1. */
  public static final String POINTWISE = "Pointwise";

  /** Each byte of src becomes that of a table, the second input. */
  public static final String TABLE = "Table";

  /** The mean of each channel of an image of integers, whose scale is that of its first input. */
  public static final String MEAN = "Mean";

  /**
   * ONNX's Concat of images along axis 1, of which each is repeated along its spatial axes until it
   * is as large as the result.
   */
  public static final String JOIN = "Join";

  private static final String POST_OPS = "post_ops";
  private static final String SCALES = "scales";
  private static final String ZERO_POINTS = "zero_points";
  private static final String EXACT = "exact";
  private static final String SCALE_OF = "scale_of_";
  private static final String ZERO_POINT_OF = "zero_point_of_";

  private Fused() {}

  /** Whether a node is one of these. */
  public static boolean is(Node node) {
    return node.domain().equals(DOMAIN);
  }

  /** Whether a node is one of these with weights. */
  public static boolean hasWeights(Node node) {
    return is(node)
        && (node.operator().equals(CONV)
            || node.operator().equals(CONV_TRANSPOSE)
            || node.operator().equals(PRODUCT));
  }

  /** Returns where the operands of post-ops begin among a node's inputs. */
  public static int firstOperand(Node node) {
    return node.operator().equals(POINTWISE) ? 1 : 3;
  }

  /** Returns the post-ops of a node. */
  public static PostOps postOps(Node node) {
    return node.attributes().get(POST_OPS) instanceof Attribute.Text text
        ? PostOps.parse(text.value())
        : PostOps.none();
  }

  /** Whether the integers of a node have scales and zero points. */
  static boolean isQuantized(Node node) {
    return is(node) && node.attributes().containsKey(SCALES);
  }

  /** Returns what the integers of a node mean. */
  public static Quantization quantization(Node node) {
    return node.attributes().get(SCALES) instanceof Attribute.Text scales
            && node.attributes().get(ZERO_POINTS) instanceof Attribute.Text zeroPoints
        ? Quantization.parse(scales.value(), zeroPoints.value())
        : Quantization.none();
  }

  /** Returns a node whose integers mean something else, and which writes {@code output}. */
  static Node quantized(Node node, Quantization quantization, String output) {
    Map<String, Attribute> attributes = new HashMap<>(node.attributes());
    attributes.put(SCALES, new Attribute.Text(quantization.scales()));
    attributes.put(ZERO_POINTS, new Attribute.Text(quantization.zeroPoints()));
    return node(node.name(), node.operator(), node.inputs(), output, attributes);
  }

  /**
   * Returns a node that no mode of floats makes less exact, since the graph has no product there.
   */
  static Node exact(Node node) {
    Map<String, Attribute> attributes = new HashMap<>(node.attributes());
    attributes.put(EXACT, new Attribute.Int(1));
    return node(node.name(), node.operator(), node.inputs(), node.outputs().getFirst(), attributes);
  }

  /** Whether no mode of floats makes a node less exact. */
  public static boolean isExact(Node node) {
    return node.attributes().containsKey(EXACT);
  }

  /** Returns a chain of functions of which an input is integers with one scale. */
  static Node withScaling(Node node, int input, Scaling scaling) {
    Map<String, Attribute> attributes = new HashMap<>(node.attributes());
    attributes.put(SCALE_OF + input, new Attribute.Real(scaling.scale(0)));
    attributes.put(ZERO_POINT_OF + input, new Attribute.Int(scaling.zeroPoint(0)));
    return node(node.name(), node.operator(), node.inputs(), node.outputs().getFirst(), attributes);
  }

  /** Returns the scale of an input of a chain of functions, if that is integers. */
  public static float scale(Node node, int input) {
    return Attributes.real(node, SCALE_OF + input, 1);
  }

  /** Returns the zero point of an input likewise. */
  public static int zeroPoint(Node node, int input) {
    return Math.toIntExact(Attributes.integer(node, ZERO_POINT_OF + input, 0));
  }

  /** Returns a node with one more post-op, which writes {@code output}. */
  public static Node then(Node node, PostOp postOp, List<String> operands, String output) {
    List<String> inputs = new ArrayList<>(node.inputs());
    inputs.addAll(operands);
    Map<String, Attribute> attributes = new HashMap<>(node.attributes());
    attributes.put(POST_OPS, new Attribute.Text(postOps(node).then(postOp).toString()));
    return new Node(node.name(), DOMAIN, node.operator(), inputs, List.of(output), attributes);
  }

  /** Returns a node whose last post-op is another. */
  public static Node withLast(Node node, PostOp postOp, String output) {
    List<PostOp> list = new ArrayList<>(postOps(node).list());
    list.set(list.size() - 1, postOp);
    Map<String, Attribute> attributes = new HashMap<>(node.attributes());
    attributes.put(POST_OPS, new Attribute.Text(PostOps.of(list).toString()));
    return new Node(
        node.name(), DOMAIN, node.operator(), node.inputs(), List.of(output), attributes);
  }

  /** Returns a node with other post-ops and the same operands. */
  public static Node withPostOps(Node node, List<PostOp> postOps) {
    Map<String, Attribute> attributes = new HashMap<>(node.attributes());
    attributes.put(POST_OPS, new Attribute.Text(PostOps.of(postOps).toString()));
    return new Node(
        node.name(), DOMAIN, node.operator(), node.inputs(), node.outputs(), attributes);
  }

  /** Returns one of these operators. */
  public static Node node(
      String name,
      String operator,
      List<String> inputs,
      String output,
      Map<String, Attribute> attributes) {
    return new Node(name, DOMAIN, operator, inputs, List.of(output), attributes);
  }
}
