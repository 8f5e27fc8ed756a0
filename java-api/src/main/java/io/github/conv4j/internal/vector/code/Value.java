package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.code.Names.VECTOR_WIDTH;
import static java.lang.constant.ConstantDescs.CD_Class;
import static java.lang.constant.ConstantDescs.CD_Object;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
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

  /**
   * Writes this as an object of a class that is a constant of the process. Where C2 does not know a
   * class it guesses, and where it has guessed too often it calls methods, for which vectors become
   * objects (docs/adr/0048).
   *
   * @param constant a field of {@link Names#VECTOR_WIDTH}
   * @param type what this is declared to be
   */
  final void pushAs(String constant, ClassDesc type) {
    code.builder().getstatic(VECTOR_WIDTH, constant, CD_Class);
    push();
    code.builder()
        .invokevirtual(CD_Class, "cast", MethodTypeDesc.of(CD_Object, CD_Object))
        .checkcast(type);
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
