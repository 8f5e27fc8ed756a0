package io.github.conv4j.internal.vector.code;

import java.lang.classfile.CodeBuilder;
import java.util.function.Consumer;

/** An expression of one type in the text of a kernel. */
abstract sealed class Value
    permits Int, Wide, Real, Vector, Mask, Ints, Wides, Floats, Segment, Fields, Species, Shuffle {
  final KernelCode code;
  private final Runnable push;

  Value(KernelCode code, Runnable push) {
    this.code = code;
    this.push = push;
  }

  /** Writes what computes it. */
  final void push() {
    push.run();
  }

  /** Writes operands, then what takes them. */
  static Runnable taking(KernelCode code, Consumer<CodeBuilder> last, Value... operands) {
    return () -> {
      for (Value operand : operands) {
        operand.push();
      }
      last.accept(code.builder());
    };
  }
}
