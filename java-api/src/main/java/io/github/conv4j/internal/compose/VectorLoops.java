package io.github.conv4j.internal.compose;

import io.github.conv4j.internal.vector.bytes.VectorBfloats;
import io.github.conv4j.internal.vector.bytes.VectorBytes;

/** Whether passes may run on the Vector API: its module is there, and its vectors are wide. */
final class VectorLoops {
  static final boolean SERVE =
      ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && VectorBytes.SERVES;

  /** The same of passes over bf16, which shorter vectors serve too. */
  static final boolean SERVE_BF16 =
      ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && VectorBfloats.SERVES;

  private VectorLoops() {}
}
