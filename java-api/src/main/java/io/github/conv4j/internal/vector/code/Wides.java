package io.github.conv4j.internal.vector.code;

import java.lang.classfile.CodeBuilder;

/** An array of whole numbers of 64 bits. */
public final class Wides extends Value {
  Wides(KernelCode code, Runnable push) {
    super(code, push);
  }

  /** The element at an index. */
  public Wide at(Int index) {
    return new Wide(code, taking(code, CodeBuilder::laload, this, index));
  }
}
