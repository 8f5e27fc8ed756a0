package io.github.conv4j.networks.internal.onnx;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The types of attributes: the number of each, and of the field with its value. */
enum AttributeType {
  FLOAT(1, 2),
  INT(2, 3),
  STRING(3, 4),
  TENSOR(4, 5),
  GRAPH(5, 6),
  FLOATS(6, 7),
  INTS(7, 8),
  STRINGS(8, 9),
  TENSORS(9, 10),
  GRAPHS(10, 11),
  SPARSE_TENSOR(11, 22),
  SPARSE_TENSORS(12, 23),
  TYPE_PROTO(13, 14),
  TYPE_PROTOS(14, 15);

  private static final List<AttributeType> ALL = List.of(values());

  private final int number;
  private final int field;

  AttributeType(int number, int field) {
    this.number = number;
    this.field = field;
  }

  /** Returns null where ONNX has no such type. */
  static @Nullable AttributeType of(int number) {
    for (AttributeType type : ALL) {
      if (type.number == number) {
        return type;
      }
    }
    return null;
  }

  /** Returns null where the field of an attribute is not a value. */
  static @Nullable AttributeType ofField(int field) {
    for (AttributeType type : ALL) {
      if (type.field == field) {
        return type;
      }
    }
    return null;
  }

  int field() {
    return field;
  }
}
