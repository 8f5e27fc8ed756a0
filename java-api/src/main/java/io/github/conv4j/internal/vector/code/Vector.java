package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.code.Names.ASSOCIATIVE;
import static io.github.conv4j.internal.vector.code.Names.BINARY;
import static io.github.conv4j.internal.vector.code.Names.COMPARISON;
import static io.github.conv4j.internal.vector.code.Names.FLOAT_VECTOR;
import static io.github.conv4j.internal.vector.code.Names.INT_VECTOR;
import static io.github.conv4j.internal.vector.code.Names.OPERATORS;
import static io.github.conv4j.internal.vector.code.Names.VECTOR;
import static io.github.conv4j.internal.vector.code.Names.VECTOR_MASK;
import static io.github.conv4j.internal.vector.code.Names.VECTOR_SHUFFLE;
import static java.lang.constant.ConstantDescs.CD_int;

import java.lang.constant.MethodTypeDesc;

/** A vector of floats. */
public sealed class Vector extends Value permits VectorVariable {
  Vector(KernelCode code, Runnable push) {
    super(code, push);
  }

  /** {@code this * factor + addend}, rounded once. */
  public Vector fma(Vector factor, Vector addend) {
    return call("fma", MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, VECTOR), this, factor, addend);
  }

  /** {@code this + other}. */
  public Vector plus(Vector other) {
    return binary("add", other);
  }

  /** {@code this - other}. */
  public Vector minus(Vector other) {
    return binary("sub", other);
  }

  /** {@code this * other}. */
  public Vector times(Vector other) {
    return binary("mul", other);
  }

  /** {@code this / other}. */
  public Vector dividedBy(Vector other) {
    return binary("div", other);
  }

  /** The larger one, as {@link Math#max(float, float)}. */
  public Vector max(Vector other) {
    return binary("max", other);
  }

  /** The smaller one, as {@link Math#min(float, float)}. */
  public Vector min(Vector other) {
    return binary("min", other);
  }

  /** Without the sign. */
  public Vector abs() {
    return call("abs", MethodTypeDesc.of(FLOAT_VECTOR), this);
  }

  /** The square root. */
  public Vector sqrt() {
    return call("sqrt", MethodTypeDesc.of(FLOAT_VECTOR), this);
  }

  /** In lanes that a mask has set, the other one. */
  public Vector blend(Vector other, Mask mask) {
    return call(
        "blend",
        MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, VECTOR_MASK),
        exact(),
        other,
        mask.exact());
  }

  /** Each lane takes the one that a shuffle says. */
  public Vector rearranged(Shuffle shuffle) {
    return call("rearrange", MethodTypeDesc.of(FLOAT_VECTOR, VECTOR_SHUFFLE), this, shuffle);
  }

  /** The lanes that are less than those of the other one. */
  public Mask isLess(Vector other) {
    return compare("LT", other);
  }

  /** The lanes that are greater than those of the other one. */
  public Mask isGreater(Vector other) {
    return compare("GT", other);
  }

  /**
   * {@code this * 2^n}, where the last nine bits of another vector's lanes hold n, as those of a
   * number that was added to 1.5 * 2^23 do.
   */
  public Vector timesPowerOfTwo(Vector shifted) {
    return new Vector(
        code,
        () -> {
          asInts(this);
          asInts(shifted);
          code.builder().getstatic(OPERATORS, "LSHL", BINARY);
          code.builder().loadConstant(23);
          code.builder()
              .invokevirtual(INT_VECTOR, "lanewise", MethodTypeDesc.of(INT_VECTOR, BINARY, CD_int));
          code.builder().invokevirtual(INT_VECTOR, "add", MethodTypeDesc.of(INT_VECTOR, VECTOR));
          asFloats();
        });
  }

  /** Without the bits that the other one has not set. */
  public Vector bitsAlsoIn(Vector other) {
    return ofBits("and", other);
  }

  /**
   * The larger one where bits count as whole numbers with a sign: floats from 0 on keep their
   * order, and those with the sign bit are below them.
   */
  Vector maxOfBits(Vector other) {
    return ofBits("max", other);
  }

  /** The smaller one; see {@link #maxOfBits}. */
  Vector minOfBits(Vector other) {
    return ofBits("min", other);
  }

  /**
   * The smaller one where bits count as whole numbers without a sign: of two floats with the sign
   * bit the one nearer to zero, and any other is below them.
   */
  Vector minOfUnsignedBits(Vector other) {
    return new Vector(
        code,
        () -> {
          asInts(this);
          code.builder().getstatic(OPERATORS, "UMIN", ASSOCIATIVE);
          asInts(other);
          code.builder()
              .invokevirtual(INT_VECTOR, "lanewise", MethodTypeDesc.of(INT_VECTOR, BINARY, VECTOR));
          asFloats();
        });
  }

  private Vector ofBits(String name, Vector other) {
    return new Vector(
        code,
        () -> {
          asInts(this);
          asInts(other);
          code.builder().invokevirtual(INT_VECTOR, name, MethodTypeDesc.of(INT_VECTOR, VECTOR));
          asFloats();
        });
  }

  /** This as a vector of the one class that all are of. */
  Vector exact() {
    return new Vector(code, () -> pushAs("VECTOR_CLASS", FLOAT_VECTOR));
  }

  private void asInts(Vector vector) {
    vector.push();
    code.builder().invokevirtual(FLOAT_VECTOR, "reinterpretAsInts", MethodTypeDesc.of(INT_VECTOR));
  }

  private void asFloats() {
    code.builder()
        .invokevirtual(INT_VECTOR, "reinterpretAsFloats", MethodTypeDesc.of(FLOAT_VECTOR));
  }

  /** The lanes that are not a number, or differ otherwise from those of the other one. */
  public Mask differs(Vector other) {
    return compare("NE", other);
  }

  private Mask compare(String operator, Vector other) {
    return new Mask(
        code,
        () -> {
          push();
          code.builder().getstatic(OPERATORS, operator, COMPARISON);
          other.push();
          code.builder()
              .invokevirtual(
                  FLOAT_VECTOR, "compare", MethodTypeDesc.of(VECTOR_MASK, COMPARISON, VECTOR));
        });
  }

  private Vector binary(String name, Vector other) {
    return call(name, MethodTypeDesc.of(FLOAT_VECTOR, VECTOR), this, other);
  }

  private Vector call(String name, MethodTypeDesc type, Value... operands) {
    return new Vector(
        code, taking(code, builder -> builder.invokevirtual(FLOAT_VECTOR, name, type), operands));
  }
}
