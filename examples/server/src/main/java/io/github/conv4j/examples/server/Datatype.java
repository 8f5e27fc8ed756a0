package io.github.conv4j.examples.server;

import io.github.conv4j.networks.graph.ElementType;

/** Element types by the names of the protocol. */
final class Datatype {
  private Datatype() {}

  static String of(ElementType type) {
    return switch (type) {
      case FLOAT -> "FP32";
      case DOUBLE -> "FP64";
      case FLOAT16 -> "FP16";
      case BFLOAT16 -> "BF16";
      case BOOL -> "BOOL";
      case INT8, INT16, INT32, INT64, UINT8, UINT16, UINT32, UINT64 -> type.name();
    };
  }
}
