package io.github.conv4j.tensor;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/**
 * A reusable buffer through which blocks of elements of any type are read as floats and written as
 * what they are, without allocation.
 *
 * <p>Reading is exact but of s32, which a float rounds. Writing rounds to the nearest number, of
 * two equally near ones to the even one, and saturates integers; NaN becomes 0 there. An element
 * may lie any number of elements after the one before.
 *
 * <p><b>Memory.</b> Some bytes of the Java heap for each element of a block. <b>Threads.</b> For
 * one at a time. <b>Errors.</b> Segments and arrays that are too short throw {@link
 * IndexOutOfBoundsException}.
 */
public final class ElementBlock {
  private static final int EXPONENT = 0x7f80_0000;
  private static final int MAGNITUDE = 0x7fff_ffff;

  private final DataType type;
  private final byte[] bytes;
  private final short[] shorts;

  /** The JIT compiler makes vectors of loops over integers of one size, and of no others. */
  private final int[] ints;

  private final MemorySegment bits;

  /**
   * Creates a buffer.
   *
   * @param most how many elements a block holds at most
   */
  public ElementBlock(DataType type, int most) {
    this.type = Objects.requireNonNull(type, "type");
    bytes = new byte[type.byteSize() == Byte.BYTES ? most : 0];
    shorts = new short[type.byteSize() == Short.BYTES ? most : 0];
    ints = new int[type == DataType.F32 || type == DataType.F16 ? 0 : most];
    bits = MemorySegment.ofArray(ints);
  }

  /** Returns the bytes of the Java heap that a buffer of so many elements takes. */
  public static long byteSize(DataType type, int most) {
    return switch (type) {
      case F32 -> 0;
      case F16, S32 -> (long) type.byteSize() * most;
      case BF16, S8, U8 -> (long) (type.byteSize() + Integer.BYTES) * most;
    };
  }

  /**
   * Reads elements as floats.
   *
   * @param first the first element, in elements from the start of the segment
   * @param step from one element to the next, in elements; 0 repeats the first
   */
  public void read(MemorySegment from, long first, long step, float[] values, int count) {
    switch (type) {
      case F32 -> readFloats(from, first, step, values, count);
      case BF16 -> {
        loadShorts(from, first, step, count);
        for (int i = 0; i < count; i++) {
          ints[i] = shorts[i] << Short.SIZE;
        }
        MemorySegment.copy(bits, JAVA_FLOAT_UNALIGNED, 0, values, 0, count);
      }
      case F16 -> {
        loadShorts(from, first, step, count);
        for (int i = 0; i < count; i++) {
          values[i] = Float.float16ToFloat(shorts[i]);
        }
      }
      case S8 -> {
        loadBytes(from, first, step, count);
        for (int i = 0; i < count; i++) {
          ints[i] = bytes[i];
        }
        for (int i = 0; i < count; i++) {
          values[i] = ints[i];
        }
      }
      case U8 -> {
        loadBytes(from, first, step, count);
        for (int i = 0; i < count; i++) {
          ints[i] = bytes[i];
        }
        for (int i = 0; i < count; i++) {
          values[i] = ints[i] & 0xff;
        }
      }
      case S32 -> {
        loadInts(from, first, step, count);
        for (int i = 0; i < count; i++) {
          values[i] = ints[i];
        }
      }
    }
  }

  /**
   * Writes floats as elements; see {@link #read} for the parameters.
   *
   * @param values are rounded to the type
   */
  public void write(MemorySegment to, long first, long step, float[] values, int count) {
    switch (type) {
      case F32 -> writeFloats(to, first, step, values, count);
      case BF16 -> {
        MemorySegment.copy(values, 0, bits, JAVA_FLOAT_UNALIGNED, 0, count);
        roundToBfloat16(count);
        storeShorts(to, first, step, count);
      }
      case F16 -> {
        for (int i = 0; i < count; i++) {
          shorts[i] = Float.floatToFloat16(values[i]);
        }
        storeShorts(to, first, step, count);
      }
      case S8, U8 -> {
        int least = type.least();
        int most = type.most();
        for (int i = 0; i < count; i++) {
          int nearest = (int) Math.rint((double) values[i]);
          bytes[i] = (byte) Math.min(Math.max(nearest, least), most);
        }
        storeBytes(to, first, step, count);
      }
      case S32 -> {
        for (int i = 0; i < count; i++) {
          ints[i] = (int) Math.rint((double) values[i]);
        }
        storeInts(to, first, step, count);
      }
    }
  }

  /**
   * Writes integers as elements; see {@link #read} for the parameters.
   *
   * @param values are saturated to the type, which has integers
   * @throws IllegalArgumentException if the type has none
   */
  public void write(MemorySegment to, long first, long step, int[] values, int count) {
    switch (type) {
      case S8, U8 -> {
        int least = type.least();
        int most = type.most();
        for (int i = 0; i < count; i++) {
          ints[i] = Math.min(Math.max(values[i], least), most);
        }
        for (int i = 0; i < count; i++) {
          bytes[i] = (byte) ints[i];
        }
        storeBytes(to, first, step, count);
      }
      case S32 -> {
        System.arraycopy(values, 0, ints, 0, count);
        storeInts(to, first, step, count);
      }
      case F32, BF16, F16 -> throw noIntegers();
    }
  }

  /**
   * Reads integers; see {@link #read} for the parameters.
   *
   * @throws IllegalArgumentException if the type has none
   */
  public void read(MemorySegment from, long first, long step, int[] values, int count) {
    switch (type) {
      case S8 -> {
        loadBytes(from, first, step, count);
        for (int i = 0; i < count; i++) {
          values[i] = bytes[i];
        }
      }
      case U8 -> {
        loadBytes(from, first, step, count);
        for (int i = 0; i < count; i++) {
          values[i] = bytes[i] & 0xff;
        }
      }
      case S32 -> {
        loadInts(from, first, step, count);
        System.arraycopy(ints, 0, values, 0, count);
      }
      case F32, BF16, F16 -> throw noIntegers();
    }
  }

  /** The same as {@link Bfloat16#fromFloat}, without branches. */
  private void roundToBfloat16(int count) {
    for (int i = 0; i < count; i++) {
      int x = ints[i];
      int rounded = (x + 0x7fff + ((x >>> Short.SIZE) & 1)) >>> Short.SIZE;
      int notANumber = (EXPONENT - (x & MAGNITUDE)) >> (Integer.SIZE - 1);
      int quiet = (x >>> Short.SIZE) | 0x40;
      ints[i] = (rounded & ~notANumber) | (quiet & notANumber);
    }
    for (int i = 0; i < count; i++) {
      shorts[i] = (short) ints[i];
    }
  }

  private IllegalArgumentException noIntegers() {
    return new IllegalArgumentException("elements of %s are not integers".formatted(type));
  }

  private static void readFloats(
      MemorySegment from, long first, long step, float[] values, int count) {
    if (step == 1) {
      MemorySegment.copy(from, JAVA_FLOAT_UNALIGNED, first * Float.BYTES, values, 0, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      values[i] = from.get(JAVA_FLOAT_UNALIGNED, (first + i * step) * Float.BYTES);
    }
  }

  private static void writeFloats(
      MemorySegment to, long first, long step, float[] values, int count) {
    if (step == 1) {
      MemorySegment.copy(values, 0, to, JAVA_FLOAT_UNALIGNED, first * Float.BYTES, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      to.set(JAVA_FLOAT_UNALIGNED, (first + i * step) * Float.BYTES, values[i]);
    }
  }

  private void loadBytes(MemorySegment from, long first, long step, int count) {
    if (step == 1) {
      MemorySegment.copy(from, JAVA_BYTE, first, bytes, 0, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      bytes[i] = from.get(JAVA_BYTE, first + i * step);
    }
  }

  private void storeBytes(MemorySegment to, long first, long step, int count) {
    if (step == 1) {
      MemorySegment.copy(bytes, 0, to, JAVA_BYTE, first, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      to.set(JAVA_BYTE, first + i * step, bytes[i]);
    }
  }

  private void loadShorts(MemorySegment from, long first, long step, int count) {
    if (step == 1) {
      MemorySegment.copy(from, JAVA_SHORT_UNALIGNED, first * Short.BYTES, shorts, 0, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      shorts[i] = from.get(JAVA_SHORT_UNALIGNED, (first + i * step) * Short.BYTES);
    }
  }

  private void storeShorts(MemorySegment to, long first, long step, int count) {
    if (step == 1) {
      MemorySegment.copy(shorts, 0, to, JAVA_SHORT_UNALIGNED, first * Short.BYTES, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      to.set(JAVA_SHORT_UNALIGNED, (first + i * step) * Short.BYTES, shorts[i]);
    }
  }

  private void loadInts(MemorySegment from, long first, long step, int count) {
    if (step == 1) {
      MemorySegment.copy(from, JAVA_INT_UNALIGNED, first * Integer.BYTES, ints, 0, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      ints[i] = from.get(JAVA_INT_UNALIGNED, (first + i * step) * Integer.BYTES);
    }
  }

  private void storeInts(MemorySegment to, long first, long step, int count) {
    if (step == 1) {
      MemorySegment.copy(ints, 0, to, JAVA_INT_UNALIGNED, first * Integer.BYTES, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      to.set(JAVA_INT_UNALIGNED, (first + i * step) * Integer.BYTES, ints[i]);
    }
  }
}
