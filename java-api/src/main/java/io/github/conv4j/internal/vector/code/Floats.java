package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.code.Names.FLOAT_VECTOR;
import static io.github.conv4j.internal.vector.code.Names.VECTOR_SPECIES;
import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import java.lang.classfile.CodeBuilder;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/** An array of floats. */
public final class Floats extends Value {
  private static final ClassDesc ARRAY = CD_float.arrayType();

  Floats(KernelCode code, Runnable push) {
    super(code, push);
  }

  /** The element at an index. */
  public Real at(Int index) {
    return new Real(code, taking(code, CodeBuilder::faload, this, index));
  }

  /** The vector that begins at an index. */
  public Vector vector(Int index) {
    return new Vector(
        code,
        taking(
            code,
            builder ->
                builder.invokestatic(
                    FLOAT_VECTOR,
                    "fromArray",
                    MethodTypeDesc.of(FLOAT_VECTOR, VECTOR_SPECIES, ARRAY, CD_int)),
            code.species(),
            this,
            index));
  }

  /** Writes a vector from an index on. */
  public void store(Int index, Vector vector) {
    vector.exact().push();
    push();
    index.push();
    code.builder()
        .invokevirtual(FLOAT_VECTOR, "intoArray", MethodTypeDesc.of(CD_void, ARRAY, CD_int));
  }
}
