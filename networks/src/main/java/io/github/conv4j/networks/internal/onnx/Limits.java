package io.github.conv4j.networks.internal.onnx;

/** How much a model may hold, beyond what the size of its file says. */
final class Limits {
  /** No message of protobuf may be larger. */
  static final long FILE_BYTES = Integer.MAX_VALUE;

  static final int NODES = 100_000;

  /** Of a value, a node, an operator, an attribute, a domain, a dimension or a location. */
  static final int NAME_BYTES = 4096;

  /** Of an attribute. */
  static final int TEXT_BYTES = 1 << 20;

  static final int RANK = 8;

  /** Maps of equal hashes are searched one by one. */
  static final int ATTRIBUTES_OF_A_NODE = 256;

  /** Operating systems limit how many files a process maps. */
  static final int EXTERNAL_FILES = 4096;

  private Limits() {}
}
