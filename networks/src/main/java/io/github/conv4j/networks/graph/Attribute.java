package io.github.conv4j.networks.graph;

import java.util.List;
import java.util.stream.LongStream;

/**
 * A setting of a node.
 *
 * <p><b>Memory.</b> Holds its values. <b>Threads.</b> Immutable. <b>Errors.</b> {@link
 * NullPointerException} where a list or one of its elements is null.
 */
public sealed interface Attribute {
  /** One integer. */
  record Int(long value) implements Attribute {}

  /** One floating-point number. */
  record Real(float value) implements Attribute {}

  /** One text. */
  record Text(String value) implements Attribute {}

  /** One tensor. */
  record Tensor(Constant value) implements Attribute {}

  /** Integers. */
  record Ints(List<Long> values) implements Attribute {
    /** Copies the list. */
    public Ints {
      values = List.copyOf(values);
    }
  }

  /** Floating-point numbers. */
  record Reals(List<Float> values) implements Attribute {
    /** Copies the list. */
    public Reals {
      values = List.copyOf(values);
    }
  }

  /** Texts. */
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
