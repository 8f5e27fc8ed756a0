package io.github.conv4j.networks;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Nodes that have a form of their own besides their definition. Of an operator that is fused, the
 * first case reads an image of 4 channels and constants.
 */
final class OperatorCases {
  private static final int OPSET = 21;

  private OperatorCases() {}

  static List<OperatorCase> all() {
    List<OperatorCase> all = new ArrayList<>();
    layers(all);
    recurrent(all);
    pooling(all);
    normalizations(all);
    functions(all);
    arithmetic(all);
    reductions(all);
    movements(all);
    selections(all);
    casts(all);
    quantized(all);
    return all;
  }

  private static OperatorCase of(String operator) {
    return OperatorCase.of(operator, OPSET);
  }

  private static OperatorCase image(String operator) {
    return of(operator).given(1, 4, 5, 6);
  }

  private static void layers(List<OperatorCase> to) {
    to.add(image("Conv").constant(7, 4, 3, 3).constant(7).ints("pads", 1, 1, 1, 1));
    to.add(image("ConvTranspose").constant(4, 3, 2, 2).ints("strides", 2, 2));
    to.add(of("Gemm").given(3, 5).constant(7, 5).constant(7).integer("transB", 1));
    to.add(of("MatMul").given(2, 3, 5).constant(5, 7));
    to.add(of("MatMul").given(2, 3, 5).given(2, 5, 7));
  }

  private static void recurrent(List<OperatorCase> to) {
    int steps = 7;
    int batch = 2;
    int input = 5;
    long hidden = 9;
    for (String direction : List.of("forward", "reverse", "bidirectional")) {
      int directions = direction.equals("bidirectional") ? 2 : 1;
      for (int layout = 0; layout < 2; layout++) {
        long[] src = layout == 0 ? dims(steps, batch, input) : dims(batch, steps, input);
        long[] state =
            layout == 0 ? dims(directions, batch, hidden) : dims(batch, directions, hidden);
        to.add(
            of("LSTM")
                .given(src)
                .constant(directions, 4 * hidden, input)
                .constant(directions, 4 * hidden, hidden)
                .constant(directions, 8 * hidden)
                .absent()
                .given(state)
                .given(state)
                .constant(directions, 3 * hidden)
                .text("direction", direction)
                .integer("layout", layout)
                .outputs(3));
        to.add(
            of("GRU")
                .given(src)
                .constant(directions, 3 * hidden, input)
                .constant(directions, 3 * hidden, hidden)
                .constant(directions, 6 * hidden)
                .absent()
                .given(state)
                .text("direction", direction)
                .integer("layout", layout)
                .integer("linear_before_reset", layout)
                .outputs(2));
      }
      to.add(
          of("LSTM")
              .given(steps, batch, input)
              .constant(directions, 4 * hidden, input)
              .constant(directions, 4 * hidden, hidden)
              .text("direction", direction)
              .outputs(1));
    }
    to.add(
        of("LSTM")
            .given(steps, batch, input)
            .constant(1, 4 * hidden, input)
            .constant(1, 4 * hidden, hidden)
            .absent()
            .constant(integers(ElementType.INT32, dims(batch), steps, steps))
            .absent()
            .given(1, batch, hidden)
            .texts("activations", "Sigmoid", "Tanh", "tanh")
            .outputs(3));
    to.add(
        of("GRU")
            .given(steps, batch, input)
            .constant(1, 3 * hidden, input)
            .constant(1, 3 * hidden, hidden)
            .outputs(1));
  }

  private static long[] dims(long... dims) {
    return dims;
  }

  private static Constant integers(ElementType type, long[] dims, long... values) {
    return Values.of(new TensorType(type, dims), values).toConstant();
  }

  private static void pooling(List<OperatorCase> to) {
    to.add(image("MaxPool").ints("kernel_shape", 3, 3).ints("strides", 2, 2));
    to.add(image("AveragePool").ints("kernel_shape", 2, 2).ints("pads", 1, 1, 0, 0));
    to.add(image("GlobalMaxPool"));
    to.add(image("GlobalAveragePool"));
  }

  private static void normalizations(List<OperatorCase> to) {
    to.add(image("BatchNormalization").constant(4).constant(4).constant(4).positiveConstant(4));
    to.add(of("InstanceNormalization").given(2, 5, 7, 3).constant(5).constant(5));
    to.add(of("InstanceNormalization").given(2, 5, 70).given(5).given(5).real("epsilon", 1e-3f));
    to.add(
        of("GroupNormalization")
            .given(2, 6, 7, 3)
            .constant(6)
            .constant(6)
            .integer("num_groups", 3));
    to.add(
        OperatorCase.of("GroupNormalization", 18)
            .given(2, 6, 7)
            .constant(3)
            .constant(3)
            .integer("num_groups", 3));
    to.add(of("LayerNormalization").given(2, 5, 24).constant(24).constant(24));
    to.add(of("LRN").given(2, 9, 5, 3).integer("size", 5).real("alpha", 0.5f));
    to.add(of("LRN").given(1, 6, 8).integer("size", 4).real("beta", 0.5f).real("bias", 2));
    for (String operator : List.of("Softmax", "LogSoftmax")) {
      to.add(of(operator).given(3, 17));
      to.add(of(operator).given(2, 5, 7).integer("axis", 1));
      to.add(OperatorCase.of(operator, 11).given(2, 5, 7));
    }
  }

  private static void functions(List<OperatorCase> to) {
    for (String operator :
        List.of(
            "Relu",
            "LeakyRelu",
            "Elu",
            "Selu",
            "Celu",
            "Sigmoid",
            "Tanh",
            "HardSigmoid",
            "HardSwish",
            "Gelu",
            "Mish",
            "Softplus",
            "Abs",
            "Neg",
            "Exp",
            "Erf",
            "Floor",
            "Ceil",
            "Round",
            "Sign",
            "Reciprocal")) {
      to.add(image(operator));
    }
    to.add(image("Gelu").text("approximate", "tanh"));
    to.add(of("Celu").given(3, 40).real("alpha", 0.5f));
    to.add(of("Sqrt").positive(1, 4, 5, 6));
    to.add(of("Log").positive(3, 40));
    to.add(image("Clip").scalar(-0.5f).scalar(1));
    to.add(OperatorCase.of("Clip", 7).given(3, 40).real("min", 0));
    to.add(image("PRelu").constant(4, 1, 1));
    to.add(of("PRelu").given(2, 4, 5, 6).given(5, 6));
  }

  private static void arithmetic(List<OperatorCase> to) {
    for (String operator : List.of("Add", "Sub", "Mul", "Div", "Min", "Max")) {
      to.add(image(operator).positiveConstant(4, 1, 1));
      to.add(of(operator).given(2, 5, 7).positive(2, 5, 7));
      to.add(of(operator).given(5, 1).positive(2, 1, 7));
    }
    to.add(image("Sum").constant(4, 1, 1));
    to.add(of("Sum").given(2, 7).given(2, 7).given(2, 7).given(2, 7));
    to.add(of("Pow").positive(3, 40).scalar(1.5f));
    to.add(of("Pow").positive(3, 40).given(40));
  }

  private static void reductions(List<OperatorCase> to) {
    for (String operator :
        List.of(
            "ReduceSum",
            "ReduceMean",
            "ReduceMax",
            "ReduceMin",
            "ReduceProd",
            "ReduceL1",
            "ReduceL2",
            "ReduceLogSum",
            "ReduceLogSumExp",
            "ReduceSumSquare")) {
      to.add(of(operator).positive(2, 5, 7).list(2));
      to.add(of(operator).positive(2, 5, 7).list(1).integer("keepdims", 0));
      to.add(of(operator).positive(2, 5, 3, 4).list(0, 2));
      to.add(OperatorCase.of(operator, 11).positive(2, 5, 7));
    }
    for (String operator : List.of("ArgMax", "ArgMin")) {
      to.add(of(operator).given(2, 5, 7).integer("axis", 1));
      to.add(of(operator).given(2, 5, 7).integer("axis", -1).integer("keepdims", 0));
      to.add(
          of(operator)
              .given(Constant.of(new float[] {2, 1, 2, 1}, 4))
              .integer("select_last_index", 1));
    }
  }

  private static void movements(List<OperatorCase> to) {
    to.add(of("Reshape").given(2, 3, 4).list(6, 4));
    to.add(of("Flatten").given(2, 3, 4));
    to.add(of("Squeeze").given(2, 1, 4).list(1));
    to.add(of("Unsqueeze").given(2, 4).list(1));
    to.add(of("Identity").given(2, 4));
    to.add(of("Dropout").given(2, 4));
    to.add(of("Transpose").given(2, 3, 4).ints("perm", 2, 0, 1));
    to.add(of("Concat").given(2, 3).given(2, 5).integer("axis", 1));
    to.add(of("Split").given(2, 6).integer("axis", 1).integer("num_outputs", 3).outputs(3));
    to.add(of("Slice").given(2, 9).list(1).list(8).list(1).list(3));
    to.add(of("Slice").given(2, 9).list(-1).list(-10).list(1).list(-1));
    to.add(of("Slice").given(2, 9, 3).list(1, 7).list(-3, 2).list(0, 1).list(-1, -2));
    to.add(of("Pad").given(2, 3).list(0, 1, 2, 0).scalar(1.5f));
    for (String mode : List.of("reflect", "edge", "wrap")) {
      to.add(image("Pad").list(0, 0, 3, 1, 0, 0, 2, 4).text("mode", mode));
      to.add(of("Pad").given(2, 3, 4).list(9, -1).absent().list(-1).text("mode", mode));
    }
    to.add(of("Expand").given(2, 1, 3).list(2, 4, 3));
    to.add(of("Expand").given(ElementType.INT64, dims(3, 1), 1, 2, 3).list(2, 3, 2));
    to.add(of("Tile").given(2, 3, 5).list(2, 1, 3));
    to.add(of("Tile").given(ElementType.INT64, dims(3), 1, 2, 3).list(4));
    to.add(of("Tile").given(ElementType.BOOL, dims(3, 1), 1, 0, 1).list(2, 5));
    to.add(of("DepthToSpace").given(1, 12, 2, 3).integer("blocksize", 2));
    to.add(of("DepthToSpace").given(1, 12, 2, 3).integer("blocksize", 2).text("mode", "CRD"));
    to.add(of("SpaceToDepth").given(1, 3, 4, 6).integer("blocksize", 2));
    to.add(
        OperatorCase.of("Resize", 13)
            .given(1, 3, 4, 5)
            .absent()
            .constant(Constant.of(new float[] {1, 1, 2, 2}, 4)));
    to.add(
        OperatorCase.of("Upsample", 9)
            .given(1, 3, 4, 5)
            .constant(Constant.of(new float[] {1, 1, 2, 2}, 4))
            .text("mode", "linear"));
  }

  private static void selections(List<OperatorCase> to) {
    to.add(of("TopK").given(3, 40).list(5).outputs(2));
    to.add(of("TopK").given(3, 11, 4).list(11).integer("axis", 1).integer("largest", 0).outputs(2));
    to.add(OperatorCase.of("TopK", 7).given(3, 40).integer("k", 3).outputs(2));
    to.add(of("Gather").given(3, 7, 5).list(6, -7, 2).integer("axis", 1));
    to.add(of("Gather").given(3, 7, 5).given(ElementType.INT32, dims(2, 2), 2, 0, -1, 1));
    to.add(of("Gather").given(3, 40).given(ElementType.INT64, dims(), 2));
    to.add(of("Gather").given(ElementType.INT64, dims(3), 5, 6, 7).list(2, 1));
    to.add(of("Gather").given(2, 4, 5, 6).list(3, 0).integer("axis", 1));
    to.add(
        of("Where").given(ElementType.BOOL, dims(2, 3), 0, 1, 1, 1, 0, 0).given(2, 3).given(2, 3));
    to.add(of("Where").given(ElementType.BOOL, dims(2, 1), 0, 1).given(4, 1, 3).scalar(7));
    to.add(
        of("Where")
            .given(ElementType.BOOL, dims(3), 0, 1, 1)
            .given(ElementType.INT64, dims(2, 3), 1, 2, 3, 4, 5, 6)
            .list(9));
  }

  private static void casts(List<OperatorCase> to) {
    List<ElementType> types =
        Stream.of(ElementType.values())
            .filter(
                type ->
                    !List.of("BFLOAT16", "INT16", "UINT16", "UINT32", "UINT64")
                        .contains(type.name()))
            .toList();
    for (ElementType from : types) {
      Constant values = numbers(from);
      for (ElementType into : types) {
        if (into != from) {
          to.add(of("Cast").given(values).integer("to", code(into)));
        }
      }
    }
    to.add(of("CastLike").given(3, 4).constant(integers(ElementType.INT32, dims(1), 1)));
  }

  private static void quantized(List<OperatorCase> to) {
    Constant zeroOfU8 = integers(ElementType.UINT8, dims(), 120);
    Constant zeroOfS8 = integers(ElementType.INT8, dims(), -3);
    Constant perChannel = Constant.of(new float[] {0.02f, 0.01f, 0.03f, 0.05f}, 4);
    to.add(of("QuantizeLinear").given(3, 40).scalar(0.02f).constant(zeroOfU8));
    to.add(of("QuantizeLinear").given(3, 5).scalar(0.004f).constant(zeroOfS8));
    to.add(of("QuantizeLinear").given(2, 4, 5, 6).constant(perChannel));
    to.add(of("QuantizeLinear").given(halves()).scalar(1).constant(zeroOfU8));
    to.add(of("QuantizeLinear").given(halves()).scalar(1).constant(zeroOfS8));
    Constant u8 = allOf(ElementType.UINT8);
    Constant s8 = allOf(ElementType.INT8);
    to.add(of("DequantizeLinear").given(u8).scalar(0.02f).constant(zeroOfU8));
    to.add(of("DequantizeLinear").given(s8).scalar(0.02f).constant(zeroOfS8));
    to.add(of("DequantizeLinear").given(s8).constant(perChannel).integer("axis", 0));
    to.add(
        of("DequantizeLinear")
            .given(ElementType.INT32, dims(4), -70000, 1, 0, 12345)
            .constant(perChannel)
            .integer("axis", 0));
    Constant weights = integers(ElementType.INT8, dims(2, 4, 1, 1), 1, -2, 127, -127, 3, 0, 9, 8);
    Constant image = integers(ElementType.UINT8, dims(1, 4, 1, 2), 0, 255, 3, 120, 7, 9, 100, 200);
    to.add(of("ConvInteger").given(image).constant(weights).constant(zeroOfU8));
    to.add(
        of("QLinearConv")
            .given(image)
            .scalar(0.02f)
            .constant(zeroOfU8)
            .constant(weights)
            .constant(Constant.of(new float[] {0.02f, 0.01f}, 2))
            .constant(integers(ElementType.INT8, dims(2), 0, 0))
            .scalar(0.05f)
            .constant(zeroOfU8)
            .constant(integers(ElementType.INT32, dims(2), 200, -3000)));
    Constant matrix = integers(ElementType.INT8, dims(2, 3), 1, -2, 127, -127, 3, 0);
    Constant rows = integers(ElementType.UINT8, dims(2, 2), 255, 3, 0, 90);
    to.add(of("MatMulInteger").given(rows).constant(matrix).constant(zeroOfU8));
    to.add(
        of("QLinearMatMul")
            .given(rows)
            .scalar(0.02f)
            .constant(zeroOfU8)
            .constant(matrix)
            .scalar(0.01f)
            .constant(integers(ElementType.INT8, dims(), 0))
            .scalar(0.05f)
            .constant(zeroOfU8));
  }

  /** All integers of 8 bits, in 4 rows. */
  private static Constant allOf(ElementType type) {
    long[] values = new long[256];
    for (int i = 0; i < values.length; i++) {
      values[i] = type == ElementType.INT8 ? (byte) i : i;
    }
    return integers(type, dims(4, 64), values);
  }

  /** Halves, which go to what is even, and what no integer of 8 bits is near. */
  private static Constant halves() {
    float[] values = {
      0.5f, -0.5f, 1.5f, 2.5f, -1.5f, 1e9f, -1e9f, 3e38f, -3e38f, 1 / 0f, -1 / 0f, 0 / 0f, -0f,
      135.5f, 134.5f, -120.5f, -121.5f
    };
    return Constant.of(values, values.length);
  }

  private static Constant numbers(ElementType type) {
    double[] reals = {0, -0.0, 1, -1, 2.5, -2.5, 200, -129, 65504, 1e-3, 3e9, -3e9};
    if (type.isReal()) {
      return Values.of(new TensorType(type, reals.length), reals).toConstant();
    }
    long[] integers = new long[reals.length];
    for (int i = 0; i < reals.length; i++) {
      integers[i] = (long) reals[i];
    }
    return type == ElementType.BOOL
        ? integers(type, dims(2), 0, 1)
        : integers(type, dims(integers.length), integers);
  }

  /** ONNX's number of an element type. */
  private static int code(ElementType type) {
    return switch (type) {
      case FLOAT -> 1;
      case UINT8 -> 2;
      case INT8 -> 3;
      case INT32 -> 6;
      case INT64 -> 7;
      case BOOL -> 9;
      case FLOAT16 -> 10;
      case DOUBLE -> 11;
      default -> throw new IllegalArgumentException(type.toString());
    };
  }
}
