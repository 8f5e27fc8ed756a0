package io.github.conv4j.networks.internal.comparison;

import io.github.conv4j.networks.graph.Node;

/** How errors go through an operator. */
enum Family {
  /** Sums of products of two inputs, and perhaps a third input added. */
  PRODUCTS,
  /** Sums of one input with weights that are not negative. */
  POSITIVE_SUMS,
  /** Takes elements from one place to another, or the largest of some. */
  MOVES,
  /** {@code scale * (x - mean) / sqrt(variance) + bias}. */
  BATCH_NORMALIZATION,
  /** {@code a + b}. */
  SUM,
  /** {@code a - b}. */
  DIFFERENCE,
  /** {@code a * b}. */
  PRODUCT,
  /** {@code a / b}. */
  QUOTIENT,
  /** Functions of single elements that floats compute exactly. */
  EXACT_FUNCTION,
  /** Other functions of single elements. */
  FUNCTION,
  /** Exponentials that add up to 1. */
  SOFTMAX,
  /** Its logarithm. */
  LOG_SOFTMAX,
  /** Floats become integers with a scale and a zero point. */
  QUANTIZED,
  /** Such integers become floats. */
  DEQUANTIZED,
  /** Exact sums of products of integers become integers of another scale. */
  QUANTIZED_SUMS,
  /** Everything else. */
  OTHER;

  static Family of(Node node) {
    if (!node.domain().isEmpty() && !node.domain().equals("ai.onnx")) {
      return OTHER;
    }
    return switch (node.operator()) {
      case "Conv", "ConvTranspose", "MatMul", "Gemm" -> PRODUCTS;
      case "AveragePool",
          "GlobalAveragePool",
          "ReduceMean",
          "ReduceSum",
          "Resize",
          "Upsample",
          "CumSum" ->
          POSITIVE_SUMS;
      case "Reshape",
          "Flatten",
          "Squeeze",
          "Unsqueeze",
          "Identity",
          "Dropout",
          "Transpose",
          "Concat",
          "Slice",
          "Split",
          "Gather",
          "GatherElements",
          "GatherND",
          "Tile",
          "Expand",
          "DepthToSpace",
          "SpaceToDepth",
          "Pad",
          "MaxPool",
          "GlobalMaxPool",
          "ReduceMax",
          "Where" ->
          MOVES;
      case "BatchNormalization" -> BATCH_NORMALIZATION;
      case "Add", "Sum", "Mean" -> SUM;
      case "Sub" -> DIFFERENCE;
      case "Mul" -> PRODUCT;
      case "Div" -> QUOTIENT;
      case "Relu", "Clip", "Neg", "Abs", "Max", "Min" -> EXACT_FUNCTION;
      case "Sigmoid",
          "HardSigmoid",
          "HardSwish",
          "LeakyRelu",
          "PRelu",
          "Elu",
          "Selu",
          "Celu",
          "Tanh",
          "Erf",
          "Exp",
          "Log",
          "Sqrt",
          "Pow",
          "Reciprocal",
          "Floor",
          "Ceil",
          "Round",
          "Gelu",
          "Mish",
          "Softplus",
          "Softsign",
          "Swish",
          "ThresholdedRelu",
          "Sin",
          "Cos" ->
          FUNCTION;
      case "Softmax" -> SOFTMAX;
      case "LogSoftmax" -> LOG_SOFTMAX;
      case "QuantizeLinear" -> QUANTIZED;
      case "DequantizeLinear" -> DEQUANTIZED;
      case "QLinearConv", "QLinearMatMul" -> QUANTIZED_SUMS;
      default -> OTHER;
    };
  }
}
