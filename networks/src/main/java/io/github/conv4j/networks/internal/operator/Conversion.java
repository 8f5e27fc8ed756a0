package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.lang.foreign.MemorySegment;

/**
 * Numbers of one type become numbers of another. Integers keep their low bits; what is real goes
 * towards zero, and what is not a number becomes 0.
 */
public final class Conversion extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 1.5;

  /** How many numbers are on the way at once. */
  private static final int CHUNK = 1024;

  /** What numbers are. */
  public enum Kind {
    /** IEEE 754 binary32. */
    FLOAT(true),
    /** IEEE 754 binary64. */
    DOUBLE(true),
    /** IEEE 754 binary16. */
    FLOAT16(true),
    /** Signed, 8 bits. */
    INT8(false),
    /** Unsigned, 8 bits. */
    UINT8(false),
    /** Signed, 32 bits. */
    INT32(false),
    /** Signed, 64 bits. */
    INT64(false),
    /** A byte that is 0 or 1. */
    BOOL(false);

    private final boolean isReal;

    Kind(boolean isReal) {
      this.isReal = isReal;
    }
  }

  private final Kind from;
  private final Kind to;
  private final long elementCount;

  /** Plans a conversion. */
  public Conversion(Kind from, Kind to, long elementCount, int threads) {
    super(
        Math.ceilDiv(Sizes.product("elementCount", elementCount), CHUNK),
        ELEMENT_NANOS * Math.min(elementCount, CHUNK),
        threads);
    this.from = from;
    this.to = to;
    this.elementCount = elementCount;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    boolean areReal = from.isReal || to.isReal;
    double[] reals = new double[areReal ? CHUNK : 0];
    long[] integers = new long[areReal ? 0 : CHUNK];
    return (begin, end, src, dst, _) -> {
      for (long chunk = begin; chunk < end; chunk++) {
        long at = chunk * CHUNK;
        int count = (int) Math.min(CHUNK, elementCount - at);
        if (areReal) {
          read(src, at, count, reals);
          write(reals, count, dst, at);
        } else {
          read(src, at, count, integers);
          write(integers, count, dst, at);
        }
      }
    };
  }

  private void read(MemorySegment src, long at, int count, double[] reals) {
    switch (from) {
      case FLOAT -> {
        for (int i = 0; i < count; i++) {
          reals[i] = src.getAtIndex(JAVA_FLOAT_UNALIGNED, at + i);
        }
      }
      case DOUBLE -> {
        for (int i = 0; i < count; i++) {
          reals[i] = src.getAtIndex(JAVA_DOUBLE_UNALIGNED, at + i);
        }
      }
      case FLOAT16 -> {
        for (int i = 0; i < count; i++) {
          reals[i] = Float.float16ToFloat(src.getAtIndex(JAVA_SHORT_UNALIGNED, at + i));
        }
      }
      case INT8 -> {
        for (int i = 0; i < count; i++) {
          reals[i] = src.get(JAVA_BYTE, at + i);
        }
      }
      case UINT8, BOOL -> {
        for (int i = 0; i < count; i++) {
          reals[i] = src.get(JAVA_BYTE, at + i) & 0xff;
        }
      }
      case INT32 -> {
        for (int i = 0; i < count; i++) {
          reals[i] = src.getAtIndex(JAVA_INT_UNALIGNED, at + i);
        }
      }
      case INT64 -> {
        for (int i = 0; i < count; i++) {
          reals[i] = src.getAtIndex(JAVA_LONG_UNALIGNED, at + i);
        }
      }
    }
  }

  private void write(double[] reals, int count, MemorySegment dst, long at) {
    switch (to) {
      case FLOAT -> {
        for (int i = 0; i < count; i++) {
          dst.setAtIndex(JAVA_FLOAT_UNALIGNED, at + i, (float) reals[i]);
        }
      }
      case DOUBLE -> {
        for (int i = 0; i < count; i++) {
          dst.setAtIndex(JAVA_DOUBLE_UNALIGNED, at + i, reals[i]);
        }
      }
      case FLOAT16 -> {
        for (int i = 0; i < count; i++) {
          dst.setAtIndex(JAVA_SHORT_UNALIGNED, at + i, Float.floatToFloat16((float) reals[i]));
        }
      }
      case INT8, UINT8 -> {
        for (int i = 0; i < count; i++) {
          dst.set(JAVA_BYTE, at + i, (byte) (long) reals[i]);
        }
      }
      case BOOL -> {
        for (int i = 0; i < count; i++) {
          dst.set(JAVA_BYTE, at + i, (byte) (reals[i] == 0 ? 0 : 1));
        }
      }
      case INT32 -> {
        for (int i = 0; i < count; i++) {
          dst.setAtIndex(JAVA_INT_UNALIGNED, at + i, (int) (long) reals[i]);
        }
      }
      case INT64 -> {
        for (int i = 0; i < count; i++) {
          dst.setAtIndex(JAVA_LONG_UNALIGNED, at + i, (long) reals[i]);
        }
      }
    }
  }

  private void read(MemorySegment src, long at, int count, long[] integers) {
    switch (from) {
      case INT8 -> {
        for (int i = 0; i < count; i++) {
          integers[i] = src.get(JAVA_BYTE, at + i);
        }
      }
      case INT32 -> {
        for (int i = 0; i < count; i++) {
          integers[i] = src.getAtIndex(JAVA_INT_UNALIGNED, at + i);
        }
      }
      case INT64 -> {
        for (int i = 0; i < count; i++) {
          integers[i] = src.getAtIndex(JAVA_LONG_UNALIGNED, at + i);
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          integers[i] = src.get(JAVA_BYTE, at + i) & 0xff;
        }
      }
    }
  }

  private void write(long[] integers, int count, MemorySegment dst, long at) {
    switch (to) {
      case BOOL -> {
        for (int i = 0; i < count; i++) {
          dst.set(JAVA_BYTE, at + i, (byte) (integers[i] == 0 ? 0 : 1));
        }
      }
      case INT32 -> {
        for (int i = 0; i < count; i++) {
          dst.setAtIndex(JAVA_INT_UNALIGNED, at + i, (int) integers[i]);
        }
      }
      case INT64 -> {
        for (int i = 0; i < count; i++) {
          dst.setAtIndex(JAVA_LONG_UNALIGNED, at + i, integers[i]);
        }
      }
      default -> {
        for (int i = 0; i < count; i++) {
          dst.set(JAVA_BYTE, at + i, (byte) integers[i]);
        }
      }
    }
  }
}
