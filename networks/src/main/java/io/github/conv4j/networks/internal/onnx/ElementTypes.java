package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.graph.ElementType;
import org.jspecify.annotations.Nullable;

/**
 * What ONNX calls data types, by number.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">TensorProto.DataType</a>
 */
final class ElementTypes {
  private ElementTypes() {}

  /** Returns null for a type that conv4j does not have, or that does not exist. */
  static @Nullable ElementType of(int dataType) {
    return switch (dataType) {
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
      default -> null;
    };
  }

  /** Returns the number of a type. */
  static int number(ElementType type) {
    return switch (type) {
      case FLOAT -> 1;
      case UINT8 -> 2;
      case INT8 -> 3;
      case UINT16 -> 4;
      case INT16 -> 5;
      case INT32 -> 6;
      case INT64 -> 7;
      case BOOL -> 9;
      case FLOAT16 -> 10;
      case DOUBLE -> 11;
      case UINT32 -> 12;
      case UINT64 -> 13;
      case BFLOAT16 -> 16;
    };
  }

  /** Returns the name of a type that conv4j does not have; null if it does not exist. */
  static @Nullable String nameOfUnknown(int dataType) {
    return switch (dataType) {
      case 8 -> "STRING";
      case 14 -> "COMPLEX64";
      case 15 -> "COMPLEX128";
      case 17 -> "FLOAT8E4M3FN";
      case 18 -> "FLOAT8E4M3FNUZ";
      case 19 -> "FLOAT8E5M2";
      case 20 -> "FLOAT8E5M2FNUZ";
      case 21 -> "UINT4";
      case 22 -> "INT4";
      case 23 -> "FLOAT4E2M1";
      case 24 -> "FLOAT8E8M0";
      case 25 -> "UINT2";
      case 26 -> "INT2";
      default -> null;
    };
  }
}
