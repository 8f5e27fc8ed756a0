package io.github.conv4j.internal.vector.code;

import java.lang.classfile.CodeBuilder;

/** A whole number of 64 bits, such as a distance in a segment. */
public sealed class Wide extends Value permits WideVariable {
  Wide(KernelCode code, Runnable push) {
    super(code, push);
  }

  /** {@code this + other}. */
  public Wide plus(Wide other) {
    return new Wide(code, taking(code, CodeBuilder::ladd, this, other));
  }

  /** {@code this + other}. */
  public Wide plus(long other) {
    return other == 0 ? this : plus(code.constant(other));
  }

  /** {@code this * other}. */
  public Wide times(Wide other) {
    return new Wide(code, taking(code, CodeBuilder::lmul, this, other));
  }

  /** {@code this * other}. */
  public Wide times(long other) {
    return other == 1 ? this : other == 0 ? code.constant(0L) : times(code.constant(other));
  }

  /** The same number with 32 bits, which must hold it. */
  public Int narrowed() {
    return new Int(code, taking(code, CodeBuilder::l2i, this));
  }

  /** The smaller one. */
  public Wide min(Wide other) {
    return new Wide(code, taking(code, KernelCode::minimumWide, this, other));
  }
}
