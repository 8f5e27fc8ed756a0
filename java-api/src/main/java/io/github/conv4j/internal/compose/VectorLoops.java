package io.github.conv4j.internal.compose;

import io.github.conv4j.internal.vector.bytes.VectorBytes;

/** Whether passes may run on the Vector API: its module is there, and its vectors are wide. */
final class VectorLoops {
  static final boolean SERVE =
      ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent() && VectorBytes.SERVES;

  private VectorLoops() {}
}
