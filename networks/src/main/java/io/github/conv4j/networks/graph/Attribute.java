package io.github.conv4j.networks.graph;

import java.util.List;
import java.util.Objects;
import java.util.stream.LongStream;

/**
 * A setting of a node.
 *
 * <p><b>Memory.</b> Holds its values. <b>Threads.</b> Immutable. <b>Errors.</b> A null is refused
 * with {@link NullPointerException}, in a list too.
 */
public sealed interface Attribute {
  /**
   * One integer.
   *
   * <p><b>Memory.</b> None. <b>Threads.</b> Immutable. <b>Errors.</b> None.
   *
   * @param value what the node is given
   */
  record Int(long value) implements Attribute {}

  /**
   * One floating-point number.
   *
   * <p><b>Memory.</b> None. <b>Threads.</b> Immutable. <b>Errors.</b> None.
   *
   * @param value what the node is given
   */
  record Real(float value) implements Attribute {}

  /**
   * One text.
   *
   * <p><b>Memory.</b> Holds the text. <b>Threads.</b> Immutable. <b>Errors.</b> A null is refused
   * with {@link NullPointerException}.
   *
   * @param value what the node is given
   */
  record Text(String value) implements Attribute {
    /** Checks that it is given. */
    public Text {
      Objects.requireNonNull(value, "value");
    }
  }

  /**
   * One tensor.
   *
   * <p><b>Memory.</b> Holds the constant, not a copy. <b>Threads.</b> Immutable. <b>Errors.</b> A
   * null is refused with {@link NullPointerException}.
   *
   * @param value what the node is given
   */
  record Tensor(Constant value) implements Attribute {
    /** Checks that it is given. */
    public Tensor {
      Objects.requireNonNull(value, "value");
    }
  }

  /**
   * Integers.
   *
   * <p><b>Memory.</b> Copies the list. <b>Threads.</b> Immutable. <b>Errors.</b> A null is refused
   * with {@link NullPointerException}.
   *
   * @param values what the node is given
   */
  record Ints(List<Long> values) implements Attribute {
    /** Copies the list. */
    public Ints {
      values = List.copyOf(values);
    }
  }

  /**
   * Floating-point numbers.
   *
   * <p><b>Memory.</b> Copies the list. <b>Threads.</b> Immutable. <b>Errors.</b> A null is refused
   * with {@link NullPointerException}.
   *
   * @param values what the node is given
   */
  record Reals(List<Float> values) implements Attribute {
    /** Copies the list. */
    public Reals {
      values = List.copyOf(values);
    }
  }

  /**
   * Texts.
   *
   * <p><b>Memory.</b> Copies the list. <b>Threads.</b> Immutable. <b>Errors.</b> A null is refused
   * with {@link NullPointerException}.
   *
   * @param values what the node is given
   */
  record Texts(List<String> values) implements Attribute {
    /** Copies the list. */
    public Texts {
      values = List.copyOf(values);
    }
  }

  /** Returns one integer. */
  static Attribute of(long value) {
    return new Int(value);
  }

  /** Returns integers: kernel_shape, strides, pads. */
  static Attribute ofInts(long... values) {
    return new Ints(LongStream.of(values).boxed().toList());
  }

  /** Returns one floating-point number. */
  static Attribute of(float value) {
    return new Real(value);
  }

  /** Returns one text. */
  static Attribute of(String value) {
    return new Text(value);
  }
}
