package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOps;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.operator.BinaryFunction;
import io.github.conv4j.networks.internal.operator.Broadcast;
import io.github.conv4j.networks.internal.operator.Conversion;
import io.github.conv4j.networks.internal.operator.Elementwise;
import io.github.conv4j.networks.internal.operator.Pointwise;
import io.github.conv4j.networks.internal.operator.UnaryFunction;
import io.github.conv4j.networks.internal.pass.Attributes;
import io.github.conv4j.networks.internal.pass.Fused;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Functions of single elements, in whatever order these lie. */
final class PointwiseLowering {
  private static final float SELU_ALPHA = 1.6732632f;
  private static final float SELU_GAMMA = 1.050701f;

  private PointwiseLowering() {}

  /** A chain of functions. */
  static void chain(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    PostOps postOps = Fused.postOps(node);
    List<PostOp.Operand> described = new ArrayList<>();
    for (PostOp postOp : postOps.list()) {
      if (postOp instanceof PostOp.Binary binary
          && binary.operand().origin() != PostOp.Origin.DESCRIPTION) {
        described.add(binary.operand());
      }
    }
    boolean hasChannels =
        described.stream().anyMatch(each -> each.extent() == PostOp.Extent.PER_CHANNEL);
    long[] dims = to.dims(src);
    Order order = to.place(src).order();
    List<Pointwise> functions = Pointwise.of(postOps);
    boolean integers =
        QuantizedLowering.isByte(to, dst)
            || node.inputs().stream().anyMatch(input -> QuantizedLowering.isByte(to, input));
    if (!integers
        && hasChannels
        && order.strides(dims)[1] != 1
        && functions.size() == 1
        && functions.getFirst() instanceof Pointwise.WithOperand gate
        && to.rank(node.inputs().getLast()) == dims.length) {
      gate(to, node, gate.function());
      return;
    }
    if (hasChannels && dims[1] > 1 && order.strides(dims)[1] != 1) {
      order = Order.channelsLast(dims.length);
    }
    int from = to.read(src, order);
    List<Integer> operands = new ArrayList<>();
    for (int i = 0; i < described.size(); i++) {
      String name = node.inputs().get(Fused.firstOperand(node) + i);
      boolean full = described.get(i).extent() == PostOp.Extent.FULL;
      operands.add(to.read(name, full ? order : Order.rowMajor(to.rank(name))));
    }
    int result = to.write(dst, order);
    long count = to.type(src).elementCount();
    long channels = hasChannels ? dims[1] : 1;
    Primitive primitive =
        integers
            ? QuantizedLowering.elementwise(to, node, count, channels, functions)
            : new Elementwise(count, channels, functions, to.threads());
    to.step(node, primitive, "java:elementwise", from, result, ints(operands));
  }

  /** One number a channel where channels are no neighbours: nothing need be copied for it. */
  private static void gate(Lowering to, Node node, BinaryFunction function) {
    String src = node.inputs().getFirst();
    String gate = node.inputs().getLast();
    Order order = to.place(src).order();
    int from = to.read(src, order);
    int operand = to.read(gate, order);
    int result = to.write(node.outputs().getFirst(), order);
    var primitive =
        new Broadcast(
            function, order.inMemory(to.dims(src)), order.inMemory(to.dims(gate)), to.threads());
    to.step(node, primitive, "java:elementwise", from, result, operand);
  }

  /** A function of one input, or of one and a constant exponent. */
  static boolean unary(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    List<Pointwise> functions = functions(to, node);
    if (functions.isEmpty() || to.type(src).element() != ElementType.FLOAT || isEmpty(to, src)) {
      return false;
    }
    Order order = to.place(src).order();
    int from = to.place(src).value();
    int result = to.write(node.outputs().getFirst(), order);
    var primitive = new Elementwise(to.type(src).elementCount(), 1, functions, to.threads());
    to.step(node, primitive, "java:elementwise", from, result);
    return true;
  }

  /** From one element type to another; the type of the result says to which. */
  static boolean cast(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    Place place = to.place(src);
    if (to.type(src).element() == to.type(dst).element()) {
      to.alias(dst, place);
      return true;
    }
    Conversion.Kind from = kind(to.type(src).element());
    Conversion.Kind into = kind(to.type(dst).element());
    if (from == null || into == null || isEmpty(to, src)) {
      return false;
    }
    int result = to.write(dst, place.order());
    var primitive = new Conversion(from, into, to.type(src).elementCount(), to.threads());
    to.step(node, primitive, "java:conversion", place.value(), result);
    return true;
  }

  private static Conversion.@Nullable Kind kind(ElementType element) {
    return switch (element) {
      case FLOAT -> Conversion.Kind.FLOAT;
      case DOUBLE -> Conversion.Kind.DOUBLE;
      case FLOAT16 -> Conversion.Kind.FLOAT16;
      case INT8 -> Conversion.Kind.INT8;
      case UINT8 -> Conversion.Kind.UINT8;
      case INT32 -> Conversion.Kind.INT32;
      case INT64 -> Conversion.Kind.INT64;
      case BOOL -> Conversion.Kind.BOOL;
      case BFLOAT16, INT16, UINT16, UINT32, UINT64 -> null;
    };
  }

  private static boolean isEmpty(Lowering to, String value) {
    return to.type(value).elementCount() == 0;
  }

  private static List<Pointwise> functions(Lowering to, Node node) {
    return switch (node.operator()) {
      case "Selu" ->
          List.of(
              new Pointwise.Unary(UnaryFunction.ELU, Attributes.real(node, "alpha", SELU_ALPHA), 0),
              new Pointwise.Unary(
                  UnaryFunction.LINEAR, Attributes.real(node, "gamma", SELU_GAMMA), 0));
      case "Celu" -> {
        float alpha = Attributes.real(node, "alpha", 1);
        yield List.of(
            new Pointwise.Unary(UnaryFunction.LINEAR, 1 / alpha, 0),
            new Pointwise.Unary(UnaryFunction.ELU, 1, 0),
            new Pointwise.Unary(UnaryFunction.LINEAR, alpha, 0));
      }
      default -> {
        Pointwise function = function(to, node);
        yield function == null ? List.of() : List.of(function);
      }
    };
  }

  private static @Nullable Pointwise function(Lowering to, Node node) {
    return switch (node.operator()) {
      case "Log" -> new Pointwise.Unary(UnaryFunction.LOG);
      case "Reciprocal" -> new Pointwise.Unary(UnaryFunction.RECIPROCAL);
      case "Erf" -> new Pointwise.Unary(UnaryFunction.ERF);
      case "Softplus" -> new Pointwise.Unary(UnaryFunction.SOFTPLUS);
      case "Mish" -> new Pointwise.Unary(UnaryFunction.MISH);
      case "Floor" -> new Pointwise.Unary(UnaryFunction.FLOOR);
      case "Ceil" -> new Pointwise.Unary(UnaryFunction.CEIL);
      case "Round" -> new Pointwise.Unary(UnaryFunction.ROUND);
      case "Sign" -> new Pointwise.Unary(UnaryFunction.SIGN);
      case "Pow" -> {
        Float exponent = to.draft().scalar(node.inputs().get(1));
        boolean same =
            Arrays.equals(to.dims(node.inputs().getFirst()), to.dims(node.outputs().getFirst()));
        yield exponent == null || !same ? null : Pointwise.pow(exponent);
      }
      default -> null;
    };
  }

  /** A function of two inputs, either of which may be repeated along some axes. */
  static boolean binary(Lowering to, Node node) {
    BinaryFunction function = binaryFunction(node);
    if (function == null || node.inputs().size() != 2) {
      return false;
    }
    String a = node.inputs().get(0);
    String b = node.inputs().get(1);
    String dst = node.outputs().getFirst();
    for (String value : List.of(a, b, dst)) {
      if (to.type(value).element() != ElementType.FLOAT || isEmpty(to, value)) {
        return false;
      }
    }
    int rank = to.rank(dst);
    boolean byA = to.draft().constant(a) == null && largerFirst(to, a, b);
    String leading = byA ? a : b;
    Order order =
        to.rank(leading) == rank && to.draft().constant(leading) == null
            ? to.place(leading).order()
            : Order.rowMajor(rank);
    int from = to.read(a, order.last(to.rank(a)));
    int operand = to.read(b, order.last(to.rank(b)));
    int result = to.write(dst, order);
    var primitive =
        new Broadcast(
            function,
            order.inMemory(extended(to.dims(a), rank)),
            order.inMemory(extended(to.dims(b), rank)),
            to.threads());
    to.step(node, primitive, "java:elementwise", from, result, operand);
    return true;
  }

  private static boolean largerFirst(Lowering to, String a, String b) {
    return to.draft().constant(b) != null || to.type(a).elementCount() >= to.type(b).elementCount();
  }

  private static @Nullable BinaryFunction binaryFunction(Node node) {
    if (!Attributes.is(node, node.operator())) {
      return null;
    }
    return switch (node.operator()) {
      case "Add" -> BinaryFunction.ADD;
      case "Sub" -> BinaryFunction.SUB;
      case "Mul" -> BinaryFunction.MUL;
      case "Div" -> BinaryFunction.DIV;
      case "Min" -> BinaryFunction.MINIMUM;
      case "Max" -> BinaryFunction.MAXIMUM;
      case "Pow" -> BinaryFunction.POW;
      case "PRelu" -> BinaryFunction.PRELU;
      default -> null;
    };
  }

  /** Axes that are missing come first and have length 1. */
  static long[] extended(long[] dims, int rank) {
    long[] all = new long[rank];
    Arrays.fill(all, 1);
    System.arraycopy(dims, 0, all, rank - dims.length, dims.length);
    return all;
  }

  private static int[] ints(List<Integer> list) {
    return list.stream().mapToInt(Integer::intValue).toArray();
  }
}
