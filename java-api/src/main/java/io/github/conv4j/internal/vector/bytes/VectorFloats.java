package io.github.conv4j.internal.vector.bytes;

import static jdk.incubator.vector.VectorOperators.D2F;
import static jdk.incubator.vector.VectorOperators.F2D;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LT;

import io.github.conv4j.internal.vector.base.VectorWidth;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Functions of a block of floats, in its place: computed in double precision and rounded, to the
 * bit of {@link io.github.conv4j.PostOp.Eltwise#apply}. A block is as long as whole vectors; what
 * lies behind its count comes out as it may.
 */
public final class VectorFloats {
  private static final VectorSpecies<Double> DOUBLES =
      VectorSpecies.of(double.class, VectorShape.forBitSize(VectorWidth.BITS));

  private static final VectorSpecies<Float> FLOATS =
      VectorSpecies.of(
          float.class, VectorShape.forBitSize(Math.max(Long.SIZE, VectorWidth.BITS / 2)));

  private static final int LANES = DOUBLES.length();

  private VectorFloats() {}

  /** {@code alpha * x + beta}. */
  public static void linear(float alpha, float beta, float[] x, int count) {
    for (int i = 0; i < count; i += LANES) {
      var value = (DoubleVector) FloatVector.fromArray(FLOATS, x, i).convertShape(F2D, DOUBLES, 0);
      DoubleVector result = value.mul(alpha).add(beta);
      ((FloatVector) result.convertShape(D2F, FLOATS, 0)).intoArray(x, i);
    }
  }

  /** {@code x * unit(x / 6 + 0.5)}. */
  public static void hardSwish(float[] x, int count) {
    DoubleVector zero = DoubleVector.zero(DOUBLES);
    DoubleVector one = DoubleVector.broadcast(DOUBLES, 1);
    for (int i = 0; i < count; i += LANES) {
      var value = (DoubleVector) FloatVector.fromArray(FLOATS, x, i).convertShape(F2D, DOUBLES, 0);
      DoubleVector gate = value.div(6).add(0.5);
      DoubleVector atMost = one.blend(gate, gate.compare(LT, one));
      DoubleVector unit = zero.blend(atMost, atMost.compare(GT, zero));
      ((FloatVector) value.mul(unit).convertShape(D2F, FLOATS, 0)).intoArray(x, i);
    }
  }

  /** {@code unit(alpha * x + beta)}. */
  public static void hardSigmoid(float alpha, float beta, float[] x, int count) {
    DoubleVector zero = DoubleVector.zero(DOUBLES);
    DoubleVector one = DoubleVector.broadcast(DOUBLES, 1);
    for (int i = 0; i < count; i += LANES) {
      var value = (DoubleVector) FloatVector.fromArray(FLOATS, x, i).convertShape(F2D, DOUBLES, 0);
      DoubleVector gate = value.mul(alpha).add(beta);
      DoubleVector atMost = one.blend(gate, gate.compare(LT, one));
      DoubleVector unit = zero.blend(atMost, atMost.compare(GT, zero));
      ((FloatVector) unit.convertShape(D2F, FLOATS, 0)).intoArray(x, i);
    }
  }

  /** {@code x > 0 ? x : alpha * x}, with a positive zero where alpha is 0. */
  public static void relu(float alpha, float[] x, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector value = FloatVector.fromArray(FLOATS, x, i);
      FloatVector other = alpha == 0 ? FloatVector.zero(FLOATS) : value.mul(alpha);
      other.blend(value, value.compare(GT, 0)).intoArray(x, i);
    }
  }

  /** The nearest number from {@code low} to {@code high}. */
  public static void clip(float low, float high, float[] x, int count) {
    FloatVector least = FloatVector.broadcast(FLOATS, low);
    FloatVector most = FloatVector.broadcast(FLOATS, high);
    for (int i = 0; i < count; i += LANES) {
      FloatVector value = FloatVector.fromArray(FLOATS, x, i);
      FloatVector atLeast = least.blend(value, value.compare(GT, least));
      most.blend(atLeast, atLeast.compare(LT, most)).intoArray(x, i);
    }
  }
}
