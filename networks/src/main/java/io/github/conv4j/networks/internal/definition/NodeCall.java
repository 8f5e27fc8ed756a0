package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A node together with what is known of its inputs: what a definition reads.
 *
 * <p>Everything asked of it is checked, so that a definition reads like the operator's
 * specification: what is missing or of the wrong kind becomes one sentence that names the node.
 *
 * <p><b>Memory.</b> Refers to the values of inputs. <b>Threads.</b> As the function that gives
 * values. <b>Errors.</b> {@link InvalidModelException} for what is malformed, {@link
 * UnknownValueException} for a value that is not known.
 */
public final class NodeCall {
  private final Node node;
  private final int opset;
  private final List<@Nullable TensorType> types;
  private final IntFunction<@Nullable Values> values;
  private final ElementLimits limits;

  /**
   * Creates a call.
   *
   * @param types of inputs that are present and whose type is known
   * @param values by input; null where not known
   */
  public NodeCall(
      Node node,
      int opset,
      List<@Nullable TensorType> types,
      IntFunction<@Nullable Values> values,
      ElementLimits limits) {
    this.node = node;
    this.opset = opset;
    this.types = types;
    this.values = values;
    this.limits = limits;
  }

  Node node() {
    return node;
  }

  int opset() {
    return opset;
  }

  int inputCount() {
    return node.inputs().size();
  }

  int outputCount() {
    return node.outputs().size();
  }

  /** Whether somebody may read an output. */
  boolean writes(int output) {
    return output < node.outputs().size() && !node.outputs().get(output).isEmpty();
  }

  // Inputs.

  boolean has(int input) {
    return node.hasInput(input);
  }

  TensorType type(int input) {
    requireInput(input);
    TensorType type = types.get(input);
    if (type == null) {
      throw new UnknownValueException(
          node + " needs the shape of \"" + node.inputs().get(input) + '"');
    }
    return type;
  }

  private void requireInput(int input) {
    require(has(input), "has no input %d", input);
  }

  ElementType element(int input) {
    return type(input).element();
  }

  int rank(int input) {
    return type(input).rank();
  }

  long[] dims(int input) {
    return type(input).dims();
  }

  /** Returns the values of an input that is present. */
  Values value(int input) {
    requireInput(input);
    Values known = values.apply(input);
    if (known == null) {
      throw new UnknownValueException(
          node + " needs the values of \"" + node.inputs().get(input) + '"');
    }
    return known;
  }

  /** Returns the values of the first inputs, before any work that one unknown makes vain. */
  List<Values> values(int count) {
    List<Values> all = new ArrayList<>();
    for (int input = 0; input < count; input++) {
      all.add(value(input));
    }
    return all;
  }

  double[] reals(int input) {
    requireReal(input);
    return value(input).reals();
  }

  /** Returns the integers of an input that is a list or a single one. */
  long[] list(int input) {
    TensorType type = type(input);
    require(
        type.element().isInteger() && type.rank() <= 1,
        "needs a list of integers as input %d, not %s",
        input,
        type);
    return value(input).integers();
  }

  /** Returns the integer of an input that has a single one. */
  long integerInput(int input) {
    TensorType type = type(input);
    require(
        type.element().isInteger() && type.elementCount() == 1,
        "needs one integer as input %d, not %s",
        input,
        type);
    return value(input).integers()[0];
  }

  /** Returns the number of an input that has a single one. */
  double realInput(int input) {
    TensorType type = type(input);
    require(
        type.element().isReal() && type.elementCount() == 1,
        "needs one real number as input %d, not %s",
        input,
        type);
    return value(input).reals()[0];
  }

  /** Returns the truth value of an input that has a single one. */
  boolean truthInput(int input) {
    TensorType type = type(input);
    require(
        type.element() == ElementType.BOOL && type.elementCount() == 1,
        "needs one truth value as input %d, not %s",
        input,
        type);
    return value(input).integers()[0] != 0;
  }

  void requireReal(int input) {
    require(
        element(input).isReal(),
        "needs floating-point numbers as input %d, not %s",
        input,
        type(input));
  }

  void requireInteger(int input) {
    require(element(input).isInteger(), "needs integers as input %d, not %s", input, type(input));
  }

  void requireElement(int input, ElementType element) {
    require(element(input) == element, "needs %s as input %d, not %s", element, input, type(input));
  }

  void requireRank(int input, int rank) {
    require(
        rank(input) == rank,
        "needs %d dimensions of input %d, which is %s",
        rank,
        input,
        type(input));
  }

  /** Checks the dimensions of an input. */
  void requireDims(int input, long... dims) {
    require(
        type(input).equals(new TensorType(element(input), dims)),
        "needs %s as input %d, not %s",
        new TensorType(element(input), dims),
        input,
        type(input));
  }

  /** Checks that two inputs have one element type. */
  void requireSame(int input, int other) {
    require(
        element(input) == element(other),
        "needs inputs %d and %d of one type, not %s and %s",
        input,
        other,
        type(input),
        type(other));
  }

  // Attributes.

  boolean hasAttribute(String name) {
    return node.attributes().containsKey(name);
  }

  long integer(String name, long missing) {
    return switch (node.attributes().get(name)) {
      case null -> missing;
      case Attribute.Int(long value) -> value;
      case Attribute other -> throw wrongKind(name, "an integer", other);
    };
  }

  long integer(String name) {
    requireAttribute(name);
    return integer(name, 0);
  }

  /** Returns an integer attribute that switches something: 0 or 1. */
  boolean flag(String name, boolean missing) {
    long value = integer(name, missing ? 1 : 0);
    require(value == 0 || value == 1, "has %s %d, which must be 0 or 1", name, value);
    return value == 1;
  }

  double real(String name, double missing) {
    return switch (node.attributes().get(name)) {
      case null -> missing;
      case Attribute.Real(float value) -> value;
      case Attribute other -> throw wrongKind(name, "a number", other);
    };
  }

  String text(String name, String missing) {
    return switch (node.attributes().get(name)) {
      case null -> missing;
      case Attribute.Text(String value) -> value;
      case Attribute other -> throw wrongKind(name, "a text", other);
    };
  }

  String text(String name) {
    requireAttribute(name);
    return text(name, "");
  }

  long[] integers(String name, long... missing) {
    return switch (node.attributes().get(name)) {
      case null -> missing;
      case Attribute.Ints(List<Long> values) -> array(values);
      case Attribute other -> throw wrongKind(name, "a list of integers", other);
    };
  }

  private static long[] array(List<Long> numbers) {
    long[] array = new long[numbers.size()];
    for (int i = 0; i < array.length; i++) {
      array[i] = numbers.get(i);
    }
    return array;
  }

  double[] reals(String name, double... missing) {
    return switch (node.attributes().get(name)) {
      case null -> missing;
      case Attribute.Reals(List<Float> values) ->
          values.stream().mapToDouble(Float::doubleValue).toArray();
      // An empty list of an unknown kind is read as integers.
      case Attribute.Ints(List<Long> values) when values.isEmpty() -> new double[0];
      case Attribute other -> throw wrongKind(name, "a list of numbers", other);
    };
  }

  List<String> texts(String name, List<String> missing) {
    return switch (node.attributes().get(name)) {
      case null -> missing;
      case Attribute.Texts(List<String> values) -> values;
      case Attribute.Ints(List<Long> values) when values.isEmpty() -> missing;
      case Attribute other -> throw wrongKind(name, "a list of texts", other);
    };
  }

  Constant tensor(String name) {
    requireAttribute(name);
    return switch (node.attributes().get(name)) {
      case Attribute.Tensor(Constant value) -> value;
      case null -> throw new AssertionError(name);
      case Attribute other -> throw wrongKind(name, "a tensor", other);
    };
  }

  /** Returns the values of an attribute's tensor, once its type is within the limits. */
  Values tensorValues(String name) {
    Constant constant = tensor(name);
    result(constant.type(), constant.dims());
    return Values.of(constant);
  }

  /** Returns the element type that an attribute names by ONNX's number. */
  ElementType elementType(String name) {
    long number = integer(name);
    return switch (Math.clamp(number, 0, 99)) {
      case 1 -> ElementType.FLOAT;
      case 2 -> ElementType.UINT8;
      case 3 -> ElementType.INT8;
      case 4 -> ElementType.UINT16;
      case 5 -> ElementType.INT16;
      case 6 -> ElementType.INT32;
      case 7 -> ElementType.INT64;
      case 9 -> ElementType.BOOL;
      case 10 -> ElementType.FLOAT16;
      case 11 -> ElementType.DOUBLE;
      case 12 -> ElementType.UINT32;
      case 13 -> ElementType.UINT64;
      case 16 -> ElementType.BFLOAT16;
      default ->
          throw unsupported("has %s %d, an element type that is not supported", name, number);
    };
  }

  private void requireAttribute(String name) {
    require(hasAttribute(name), "has no attribute %s", name);
  }

  private InvalidModelException wrongKind(String name, String wanted, Attribute found) {
    String kind =
        switch (found) {
          case Attribute.Int i -> "an integer";
          case Attribute.Real r -> "a number";
          case Attribute.Text t -> "a text";
          case Attribute.Tensor t -> "a tensor";
          case Attribute.Ints i -> "a list of integers";
          case Attribute.Reals r -> "a list of numbers";
          case Attribute.Texts t -> "a list of texts";
        };
    return invalid("has attribute %s, which must be %s and is %s", name, wanted, kind);
  }

  // Results.

  /** Returns the type of a result, once it is within the limits. */
  TensorType result(ElementType element, long... dims) {
    TensorType type;
    try {
      type = new TensorType(element, dims);
    } catch (IllegalArgumentException e) {
      throw new InvalidModelException(
          "%s asks for a tensor that cannot be: %s".formatted(node, e.getMessage()), e);
    }
    require(
        type.extent() <= limits.elements(),
        "asks for %s, more than the limit of %d elements",
        type,
        limits.elements());
    return type;
  }

  /** Checks the length of a working array against the limits. */
  int workspace(long elements) {
    require(
        elements <= limits.elements(),
        "needs %d intermediate elements, more than the limit of %d",
        elements,
        limits.elements());
    return (int) elements;
  }

  /** Returns an axis counted from the front. */
  int axis(long axis, int rank) {
    require(
        axis >= -rank && axis < rank,
        "has axis %d, which a tensor of %d dimensions does not have",
        axis,
        rank);
    return (int) (axis < 0 ? axis + rank : axis);
  }

  /** Returns axes counted from the front, in the order told; each may come once. */
  int[] axes(long[] axes, int rank) {
    int[] result = new int[axes.length];
    boolean[] seen = new boolean[rank];
    for (int i = 0; i < axes.length; i++) {
      result[i] = axis(axes[i], rank);
      require(!seen[result[i]], "has axis %d twice", axes[i]);
      seen[result[i]] = true;
    }
    return result;
  }

  // Errors.

  void require(boolean holds, String otherwise, Object... arguments) {
    if (!holds) {
      throw invalid(otherwise, arguments);
    }
  }

  InvalidModelException invalid(String how, Object... arguments) {
    return new InvalidModelException(sentence(how, arguments));
  }

  UnsupportedOperatorException unsupported(String how, Object... arguments) {
    return new UnsupportedOperatorException(node.operator(), sentence(how, arguments));
  }

  private String sentence(String how, Object[] arguments) {
    return node + " " + how.formatted(arguments);
  }
}
