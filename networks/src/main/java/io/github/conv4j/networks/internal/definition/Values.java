package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A tensor of the reference: values in row-major order, real ones in double precision, integers and
 * truth values in 64 bits.
 *
 * <p>What has type FLOAT is not rounded to a float by itself: see {@link #rounded}.
 *
 * <p><b>Memory.</b> Keeps the array that it is given. <b>Threads.</b> Immutable if nobody writes
 * the array. <b>Errors.</b> {@link IllegalArgumentException} where array and type do not fit.
 */
public final class Values {
  private static final ValueLayout.OfShort SHORT =
      ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfLong LONG =
      ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE =
      ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final TensorType type;
  private final double @Nullable [] reals;
  private final long @Nullable [] integers;

  private Values(TensorType type, double @Nullable [] reals, long @Nullable [] integers) {
    this.type = type;
    this.reals = reals;
    this.integers = integers;
  }

  /** Returns real numbers. */
  public static Values of(TensorType type, double[] values) {
    if (!type.element().isReal()) {
      throw new IllegalArgumentException(type + " does not hold real numbers");
    }
    checkLength(type, values.length);
    return new Values(type, values, null);
  }

  /** Returns integers, or truth values that are 0 or 1. */
  public static Values of(TensorType type, long[] values) {
    if (type.element().isReal()) {
      throw new IllegalArgumentException(type + " does not hold integers");
    }
    checkLength(type, values.length);
    return new Values(type, null, values);
  }

  private static void checkLength(TensorType type, int length) {
    if (type.elementCount() != length) {
      throw new IllegalArgumentException(
          "%s has %d elements but the array has %d".formatted(type, type.elementCount(), length));
    }
  }

  /** Reads a constant. */
  public static Values of(Constant constant) {
    TensorType type = new TensorType(constant.type(), constant.dims());
    MemorySegment data = constant.data();
    int count = Math.toIntExact(constant.elementCount());
    if (type.element().isReal()) {
      double[] values = new double[count];
      for (int i = 0; i < count; i++) {
        values[i] = real(type.element(), data, i);
      }
      return of(type, values);
    }
    long[] values = new long[count];
    for (int i = 0; i < count; i++) {
      values[i] = integer(type.element(), data, i);
    }
    return of(type, values);
  }

  private static double real(ElementType type, MemorySegment data, long index) {
    return switch (type) {
      case FLOAT -> data.getAtIndex(FLOAT, index);
      case DOUBLE -> data.getAtIndex(DOUBLE, index);
      case FLOAT16 -> Float.float16ToFloat(data.getAtIndex(SHORT, index));
      case BFLOAT16 -> Numbers.fromBfloat16(data.getAtIndex(SHORT, index));
      default -> throw new AssertionError(type);
    };
  }

  private static long integer(ElementType type, MemorySegment data, long index) {
    return switch (type.byteSize()) {
      case 1 -> Numbers.wrap(type, data.get(ValueLayout.JAVA_BYTE, index));
      case 2 -> Numbers.wrap(type, data.getAtIndex(SHORT, index));
      case 4 -> Numbers.wrap(type, data.getAtIndex(INT, index));
      default -> data.getAtIndex(LONG, index);
    };
  }

  /** Returns a copy as a constant, each value rounded to the element type. */
  public Constant toConstant() {
    int width = type.element().byteSize();
    MemorySegment data = MemorySegment.ofArray(new byte[Math.multiplyExact(size(), width)]);
    for (int i = 0; i < size(); i++) {
      write(data, i);
    }
    return new Constant(type.element(), type.dims(), data);
  }

  private void write(MemorySegment data, int index) {
    switch (type.element()) {
      case FLOAT -> data.setAtIndex(FLOAT, index, (float) reals()[index]);
      case DOUBLE -> data.setAtIndex(DOUBLE, index, reals()[index]);
      case FLOAT16 -> data.setAtIndex(SHORT, index, Float.floatToFloat16((float) reals()[index]));
      case BFLOAT16 -> data.setAtIndex(SHORT, index, Numbers.toBfloat16((float) reals()[index]));
      case INT8, UINT8, BOOL -> data.set(ValueLayout.JAVA_BYTE, index, (byte) integers()[index]);
      case INT16, UINT16 -> data.setAtIndex(SHORT, index, (short) integers()[index]);
      case INT32, UINT32 -> data.setAtIndex(INT, index, (int) integers()[index]);
      case INT64, UINT64 -> data.setAtIndex(LONG, index, integers()[index]);
    }
  }

  /** Returns one integer of 64 bits without dimensions. */
  public static Values scalar(long value) {
    return of(new TensorType(ElementType.INT64), new long[] {value});
  }

  /** Returns a list of 64-bit integers. */
  public static Values list(long... values) {
    return of(new TensorType(ElementType.INT64, values.length), values.clone());
  }

  /** Returns floats. */
  public static Values floats(double[] values, long... dims) {
    return of(new TensorType(ElementType.FLOAT, dims), values);
  }

  /** Returns element type and dimensions. */
  public TensorType type() {
    return type;
  }

  /** Returns how many elements there are. */
  public int size() {
    return (int) type.elementCount();
  }

  /** Returns the array of a real type: not a copy. */
  public double[] reals() {
    if (reals == null) {
      throw new IllegalStateException(type + " does not hold real numbers");
    }
    return reals;
  }

  /** Returns the array of an integer type or of truth values: not a copy. */
  public long[] integers() {
    if (integers == null) {
      throw new IllegalStateException(type + " does not hold integers");
    }
    return integers;
  }

  /** Returns all values as reals: the array itself where they are, otherwise a copy. */
  public double[] asReals() {
    if (reals != null) {
      return reals;
    }
    double[] copy = new double[size()];
    for (int i = 0; i < copy.length; i++) {
      copy[i] = Numbers.toReal(type.element(), integers()[i]);
    }
    return copy;
  }

  /** Returns the same values with other dimensions. */
  Values reshaped(long... dims) {
    return as(new TensorType(type.element(), dims));
  }

  /** Returns the same array under another type of the same kind and size. */
  Values as(TensorType other) {
    return reals != null ? of(other, reals) : of(other, integers());
  }

  /** Returns values found at the sources: an index of -1 stands for 0. */
  Values picked(TensorType result, int[] sources) {
    return reals != null
        ? of(result, picked(reals, sources, 0))
        : of(result, picked(integers(), sources, 0));
  }

  /** Returns values found at the sources: an index of -1 stands for the only value of fill. */
  Values picked(TensorType result, int[] sources, Values fill) {
    return reals != null
        ? of(result, picked(reals, sources, fill.reals()[0]))
        : of(result, picked(integers(), sources, fill.integers()[0]));
  }

  private static double[] picked(double[] from, int[] sources, double fill) {
    double[] picked = new double[sources.length];
    for (int i = 0; i < sources.length; i++) {
      picked[i] = sources[i] < 0 ? fill : from[sources[i]];
    }
    return picked;
  }

  private static long[] picked(long[] from, int[] sources, long fill) {
    long[] picked = new long[sources.length];
    for (int i = 0; i < sources.length; i++) {
      picked[i] = sources[i] < 0 ? fill : from[sources[i]];
    }
    return picked;
  }

  /** Returns real values as the element type holds them; integers are exact already. */
  public Values rounded() {
    if (reals == null || type.element() == ElementType.DOUBLE) {
      return this;
    }
    double[] rounded = new double[reals.length];
    for (int i = 0; i < rounded.length; i++) {
      rounded[i] = Numbers.round(type.element(), reals[i]);
    }
    return of(type, rounded);
  }

  /** Converts to another element type as Cast does. */
  Values cast(ElementType element) {
    TensorType result = type.of(element);
    if (element.isReal()) {
      double[] from = asReals();
      double[] values = new double[from.length];
      for (int i = 0; i < values.length; i++) {
        values[i] = Numbers.round(element, from[i]);
      }
      return of(result, values);
    }
    long[] values = new long[size()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          reals != null
              ? Numbers.toInteger(element, reals[i])
              : Numbers.wrap(element, integers()[i]);
    }
    return of(result, values);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Values that
        && type.equals(that.type)
        && Arrays.equals(reals, that.reals)
        && Arrays.equals(integers, that.integers);
  }

  @Override
  public int hashCode() {
    return Objects.hash(type, Arrays.hashCode(reals), Arrays.hashCode(integers));
  }

  @Override
  public String toString() {
    if (size() > 16) {
      return type.toString();
    }
    return type + (reals != null ? Arrays.toString(reals) : Arrays.toString(integers()));
  }
}
