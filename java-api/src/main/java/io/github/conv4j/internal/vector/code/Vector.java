package io.github.conv4j.internal.vector.code;

import static io.github.conv4j.internal.vector.code.Names.COMPARISON;
import static io.github.conv4j.internal.vector.code.Names.FLOAT_VECTOR;
import static io.github.conv4j.internal.vector.code.Names.OPERATORS;
import static io.github.conv4j.internal.vector.code.Names.UNARY;
import static io.github.conv4j.internal.vector.code.Names.VECTOR;
import static io.github.conv4j.internal.vector.code.Names.VECTOR_MASK;
import static io.github.conv4j.internal.vector.code.Names.VECTOR_SHUFFLE;

import java.lang.constant.MethodTypeDesc;

/**
 * A vector of floats.
 *
 * <p>Nothing here takes the bits of floats: as long as that is not compiled, the Vector API does it
 * through segments on the heap, and all loops of the JVM that are compiled later expect such
 * segments, whose stores are several times slower.
 */
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

  /** With the other sign. */
  public Vector negated() {
    return call("neg", MethodTypeDesc.of(FLOAT_VECTOR), this);
  }

  /** In lanes that a mask has set, the other one. */
  public Vector blend(Vector other, Mask mask) {
    return call("blend", MethodTypeDesc.of(FLOAT_VECTOR, VECTOR, VECTOR_MASK), this, other, mask);
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

  /** e to the power of each lane. */
  public Vector exponential() {
    return new Vector(
        code,
        () -> {
          push();
          code.builder().getstatic(OPERATORS, "EXP", UNARY);
          code.builder()
              .invokevirtual(FLOAT_VECTOR, "lanewise", MethodTypeDesc.of(FLOAT_VECTOR, UNARY));
        });
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
