package io.github.conv4j.internal.vector.code;

import java.lang.classfile.CodeBuilder;

/** A whole number of 32 bits. */
public sealed class Int extends Value permits IntVariable {
  Int(KernelCode code, Runnable push) {
    super(code, push);
  }

  /** {@code this + other}. */
  public Int plus(Int other) {
    return new Int(code, taking(code, CodeBuilder::iadd, this, other));
  }

  /** {@code this + other}. */
  public Int plus(int other) {
    return other == 0 ? this : plus(code.constant(other));
  }

  /** {@code this - other}. */
  public Int minus(Int other) {
    return new Int(code, taking(code, CodeBuilder::isub, this, other));
  }

  /** {@code this * other}. */
  public Int times(Int other) {
    return new Int(code, taking(code, CodeBuilder::imul, this, other));
  }

  /** {@code this * other}. */
  public Int times(int other) {
    return other == 1 ? this : times(code.constant(other));
  }

  /** {@code this % other}. */
  public Int remainder(Int other) {
    return new Int(code, taking(code, CodeBuilder::irem, this, other));
  }

  /** The smaller one. */
  public Int min(Int other) {
    return new Int(code, taking(code, KernelCode::minimum, this, other));
  }

  /** The larger one. */
  public Int max(Int other) {
    return new Int(code, taking(code, KernelCode::maximum, this, other));
  }

  /** The same number with 64 bits. */
  public Wide widened() {
    return new Wide(code, taking(code, CodeBuilder::i2l, this));
  }
}
