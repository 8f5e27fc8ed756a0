package io.github.conv4j.networks.internal.definition;

import java.util.List;

/**
 * What an operator means.
 *
 * <p><b>Memory.</b> Holds none. <b>Threads.</b> Immutable. <b>Errors.</b> See the methods.
 */
public interface Definition {
  /**
   * Returns the types of the outputs. Allocates nothing that grows with them.
   *
   * @throws io.github.conv4j.networks.InvalidModelException if inputs or attributes do not fit, or
   *     an output would exceed the limits
   * @throws io.github.conv4j.networks.UnsupportedOperatorException if the node asks for something
   *     that is not supported
   * @throws UnknownValueException if a shape follows from values that are not known
   */
  List<TensorType> infer(NodeCall call);

  /**
   * Returns the outputs.
   *
   * @param types what {@link #infer} gave for the same call
   */
  List<Values> compute(NodeCall call, List<TensorType> types);

  /** The type of a single output. */
  @FunctionalInterface
  interface Type {
    /** Returns the type. */
    TensorType infer(NodeCall call);
  }

  /** The value of a single output. */
  @FunctionalInterface
  interface Value {
    /** Returns the value. */
    Values compute(NodeCall call, TensorType type);
  }

  /** The types of several outputs. */
  @FunctionalInterface
  interface Types {
    /** Returns the types. */
    List<TensorType> infer(NodeCall call);
  }

  /** The values of several outputs. */
  @FunctionalInterface
  interface AllValues {
    /** Returns the values. */
    List<Values> compute(NodeCall call, List<TensorType> types);
  }

  /** Defines an operator with one output. */
  static Definition single(Type type, Value value) {
    return several(
        call -> List.of(type.infer(call)),
        (call, types) -> List.of(value.compute(call, types.getFirst())));
  }

  /** Defines an operator with several outputs. */
  static Definition several(Types types, AllValues values) {
    return new Definition() {
      @Override
      public List<TensorType> infer(NodeCall call) {
        return types.infer(call);
      }

      @Override
      public List<Values> compute(NodeCall call, List<TensorType> types) {
        return values.compute(call, types);
      }
    };
  }
}
