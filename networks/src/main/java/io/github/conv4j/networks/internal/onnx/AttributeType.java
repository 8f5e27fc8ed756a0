package io.github.conv4j.networks.internal.onnx;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The types of attributes, in the order of their numbers, and the field that each has its value in.
 */
enum AttributeType {
  FLOAT(2),
  INT(3),
  STRING(4),
  TENSOR(5),
  GRAPH(6),
  FLOATS(7),
  INTS(8),
  STRINGS(9),
  TENSORS(10),
  GRAPHS(11),
  SPARSE_TENSOR(22),
  SPARSE_TENSORS(23),
  TYPE_PROTO(14),
  TYPE_PROTOS(15);

  private static final List<AttributeType> BY_NUMBER_LESS_ONE = List.of(values());

  private final int field;

  AttributeType(int field) {
    this.field = field;
  }

  /** Returns null where ONNX has no such type. */
  static @Nullable AttributeType of(int number) {
    boolean isDefined = number >= 1 && number <= BY_NUMBER_LESS_ONE.size();
    return isDefined ? BY_NUMBER_LESS_ONE.get(number - 1) : null;
  }

  /** Returns null where the field of an attribute is not a value. */
  static @Nullable AttributeType ofField(int field) {
    // Counted: an iterator would be garbage for each field of a file.
    for (int i = 0; i < BY_NUMBER_LESS_ONE.size(); i++) {
      if (BY_NUMBER_LESS_ONE.get(i).field == field) {
        return BY_NUMBER_LESS_ONE.get(i);
      }
    }
    return null;
  }

  /** Returns the number that ONNX gives the type. */
  int number() {
    return BY_NUMBER_LESS_ONE.indexOf(this) + 1;
  }

  int field() {
    return field;
  }
}
