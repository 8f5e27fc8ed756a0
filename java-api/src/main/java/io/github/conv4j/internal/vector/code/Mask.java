package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.code.Names.VECTOR_MASK;

/** Which lanes of a vector count. */
public final class Mask extends Value {
  Mask(KernelCode code, Runnable push) {
    super(code, push);
  }

  /** This as a mask of the one class that all are of. */
  Mask exact() {
    return new Mask(code, () -> pushAs("MASK_CLASS", VECTOR_MASK));
  }
}
