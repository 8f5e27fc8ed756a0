package io.github.conv4j.internal.vector.code;

/** The shape of vectors. */
final class Species extends Value {
  Species(KernelCode code, Runnable push) {
    super(code, push);
  }
}
