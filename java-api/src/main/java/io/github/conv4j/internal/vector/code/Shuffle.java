package io.github.conv4j.internal.vector.code;

/** Which lane each lane of a vector takes. */
public final class Shuffle extends Value {
  Shuffle(KernelCode code, Runnable push) {
    super(code, push);
  }
}
