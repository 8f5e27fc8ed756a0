package io.github.conv4j.internal.vector.code;

import java.lang.constant.ClassDesc;

/** The Vector API by name: nothing here may load it. */
final class Names {
  static final ClassDesc FLOAT_VECTOR = ClassDesc.of("jdk.incubator.vector.FloatVector");
  static final ClassDesc VECTOR = ClassDesc.of("jdk.incubator.vector.Vector");
  static final ClassDesc VECTOR_SPECIES = ClassDesc.of("jdk.incubator.vector.VectorSpecies");
  static final ClassDesc VECTOR_MASK = ClassDesc.of("jdk.incubator.vector.VectorMask");
  static final ClassDesc VECTOR_SHUFFLE = ClassDesc.of("jdk.incubator.vector.VectorShuffle");
  static final ClassDesc OPERATORS = ClassDesc.of("jdk.incubator.vector.VectorOperators");
  static final ClassDesc COMPARISON = OPERATORS.nested("Comparison");
  static final ClassDesc ASSOCIATIVE = OPERATORS.nested("Associative");
  static final ClassDesc BINARY = OPERATORS.nested("Binary");
  static final ClassDesc INT_VECTOR = ClassDesc.of("jdk.incubator.vector.IntVector");
  static final ClassDesc SEGMENT = ClassDesc.of("java.lang.foreign.MemorySegment");
  static final ClassDesc VALUE_LAYOUT = ClassDesc.of("java.lang.foreign.ValueLayout");
  static final ClassDesc FLOAT_LAYOUT = VALUE_LAYOUT.nested("OfFloat");
  static final ClassDesc VAR_HANDLE = ClassDesc.of("java.lang.invoke.VarHandle");
  static final ClassDesc MATH = ClassDesc.of("java.lang.Math");
  static final ClassDesc BYTE_ORDER = ClassDesc.of("java.nio.ByteOrder");

  /** Holds the species of this process, its classes, and the byte order. */
  static final ClassDesc VECTOR_WIDTH =
      ClassDesc.of("io.github.conv4j.internal.vector.base.VectorWidth");

  static final ClassDesc LOOP_STEP = LoopStep.class.describeConstable().orElseThrow();

  private Names() {}
}
