package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.graph.ElementType;

/** Numbers as element types hold them. */
final class Numbers {
  private static final double TWO_TO_63 = 0x1p63;

  private Numbers() {}

  /** Returns the number of a real type that is nearest. */
  static double round(ElementType type, double value) {
    return switch (type) {
      case FLOAT -> (float) value;
      case FLOAT16 -> Float.float16ToFloat(Float.floatToFloat16((float) value));
      case BFLOAT16 -> fromBfloat16(toBfloat16((float) value));
      default -> value;
    };
  }

  /** Returns the bits of the nearest bfloat16, of two equally near the even one. */
  static short toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      // Rounding could carry a NaN's mantissa over into infinity.
      return (short) ((bits >>> 16) | 0x40);
    }
    return (short) ((bits + 0x7fff + (bits >>> 16 & 1)) >>> 16);
  }

  static float fromBfloat16(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Returns the low bits, as an integer type reads them. */
  static long wrap(ElementType type, long value) {
    return switch (type) {
      case INT8 -> (byte) value;
      case INT16 -> (short) value;
      case INT32 -> (int) value;
      case UINT8 -> value & 0xff;
      case UINT16 -> value & 0xffff;
      case UINT32 -> value & 0xffff_ffffL;
      case BOOL -> value == 0 ? 0 : 1;
      default -> value;
    };
  }

  /** Returns the least integer of a type. */
  static long lowest(ElementType type) {
    return switch (type) {
      case INT8 -> Byte.MIN_VALUE;
      case INT16 -> Short.MIN_VALUE;
      case INT32 -> Integer.MIN_VALUE;
      case INT64 -> Long.MIN_VALUE;
      default -> 0;
    };
  }

  /** Returns the greatest integer of a type; for UINT64 the bits of it. */
  static long highest(ElementType type) {
    return switch (type) {
      case INT8 -> Byte.MAX_VALUE;
      case INT16 -> Short.MAX_VALUE;
      case INT32 -> Integer.MAX_VALUE;
      case INT64 -> Long.MAX_VALUE;
      case UINT8 -> 0xff;
      case UINT16 -> 0xffff;
      case UINT32 -> 0xffff_ffffL;
      case BOOL -> 1;
      default -> -1;
    };
  }

  /** Returns an integer's value; of UINT64 the bits are read without sign. */
  static double toReal(ElementType type, long value) {
    if (type == ElementType.UINT64 && value < 0) {
      // Halving keeps the lowest bit, so that rounding to 53 bits is still right.
      return ((value >>> 1) | (value & 1)) * 2.0;
    }
    return value;
  }

  /** Returns the integer towards zero, its low bits where the type cannot hold it, 0 for NaN. */
  static long toInteger(ElementType type, double value) {
    if (type == ElementType.BOOL) {
      return value == 0 ? 0 : 1;
    }
    if (type == ElementType.UINT64 && value >= TWO_TO_63) {
      return value >= 2 * TWO_TO_63 ? -1 : (long) (value - TWO_TO_63) ^ Long.MIN_VALUE;
    }
    return wrap(type, (long) value);
  }

  /** Returns the nearest integer that the type holds, of two equally near the even one. */
  static long saturate(ElementType type, double value) {
    double nearest = Math.rint(value);
    return (long) Math.clamp(nearest, (double) lowest(type), (double) highest(type));
  }

  static int compare(ElementType type, long a, long b) {
    return type == ElementType.UINT64 ? Long.compareUnsigned(a, b) : Long.compare(a, b);
  }
}
