package io.github.conv4j.internal.vector.code;

/** A float. */
public final class Real extends Value {
  Real(KernelCode code, Runnable push) {
    super(code, push);
  }

  /** A vector of this number in every lane. */
  public Vector broadcast() {
    return code.broadcast(this);
  }
}
