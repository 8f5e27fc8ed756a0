package io.github.conv4j.internal.vector.code;

/** Which lanes of a vector count. */
public final class Mask extends Value {
  Mask(KernelCode code, Runnable push) {
    super(code, push);
  }
}
