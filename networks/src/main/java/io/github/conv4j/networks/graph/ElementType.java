package io.github.conv4j.networks.graph;

/**
 * What the elements of a tensor in a graph are.
 *
 * <p><b>Memory.</b> Holds none. <b>Threads.</b> Immutable. <b>Errors.</b> None.
 *
 * @see <a href="https://onnx.ai/onnx/intro/concepts.html#element-type">ONNX element types</a>
 */
public enum ElementType {
  /** IEEE 754 binary32. */
  FLOAT(4, Kind.REAL),
  /** IEEE 754 binary64. */
  DOUBLE(8, Kind.REAL),
  /** IEEE 754 binary16. */
  FLOAT16(2, Kind.REAL),
  /** bfloat16: the upper half of a binary32. */
  BFLOAT16(2, Kind.REAL),
  /** Signed, 8 bits. */
  INT8(1, Kind.INTEGER),
  /** Signed, 16 bits. */
  INT16(2, Kind.INTEGER),
  /** Signed, 32 bits. */
  INT32(4, Kind.INTEGER),
  /** Signed, 64 bits: shapes and indices. */
  INT64(8, Kind.INTEGER),
  /** Unsigned, 8 bits. */
  UINT8(1, Kind.INTEGER),
  /** Unsigned, 16 bits. */
  UINT16(2, Kind.INTEGER),
  /** Unsigned, 32 bits. */
  UINT32(4, Kind.INTEGER),
  /** Unsigned, 64 bits. */
  UINT64(8, Kind.INTEGER),
  /** A byte that is 0 or 1. */
  BOOL(1, Kind.LOGICAL);

  private enum Kind {
    REAL,
    INTEGER,
    LOGICAL
  }

  private final int byteSize;
  private final Kind kind;

  ElementType(int byteSize, Kind kind) {
    this.byteSize = byteSize;
    this.kind = kind;
  }

  /** Returns the bytes that one element takes. */
  public int byteSize() {
    return byteSize;
  }

  /** Whether elements are floating-point numbers. */
  public boolean isReal() {
    return kind == Kind.REAL;
  }

  /** Whether elements are integers. */
  public boolean isInteger() {
    return kind == Kind.INTEGER;
  }
}
