package io.github.conv4j.internal.vector.code;

import java.lang.classfile.CodeBuilder;

/** An array of whole numbers. */
public final class Ints extends Value {
  Ints(KernelCode code, Runnable push) {
    super(code, push);
  }

  /** The element at an index. */
  public Int at(Int index) {
    return new Int(code, taking(code, CodeBuilder::iaload, this, index));
  }
}
