package io.github.conv4j.examples.server;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import io.github.conv4j.networks.graph.ElementType;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.math.BigDecimal;
import java.math.BigInteger;

/**
 * The numbers of a tensor as JSON, read into memory and written from it, without a tree between.
 */
final class TensorJson {
  private static final int MOST_NESTING = 32;
  private static final int BFLOAT16_SHIFT = 16;
  private static final int MOST_DIGITS = 40;
  private static final BigInteger TWO_TO_64 = BigInteger.ONE.shiftLeft(Long.SIZE);

  private TensorJson() {}

  /**
   * Reads an array, flat or nested, whose numbers stand in row-major order.
   *
   * @param dst of exactly as many elements
   * @throws HttpException if there are more or fewer, or one is no number of that type
   */
  static void read(JsonReader json, String name, ElementType type, MemorySegment dst)
      throws IOException {
    long count = dst.byteSize() / type.byteSize();
    long index = 0;
    int depth = 0;
    do {
      switch (json.peek()) {
        case BEGIN_ARRAY -> {
          json.beginArray();
          if (++depth > MOST_NESTING) {
            throw HttpException.badRequest("data of \"%s\" is nested too deeply".formatted(name));
          }
        }
        case END_ARRAY -> {
          json.endArray();
          depth--;
        }
        case NUMBER, BOOLEAN -> {
          if (depth == 0 || index == count) {
            throw wrongCount(name, count, "more, or no array");
          }
          put(json, name, type, dst, index++);
        }
        default ->
            throw HttpException.badRequest(
                "data of \"%s\" must be an array of numbers, but element %d is another thing"
                    .formatted(name, index));
      }
    } while (depth > 0);
    if (index != count) {
      throw wrongCount(name, count, Long.toString(index));
    }
  }

  private static HttpException wrongCount(String name, long count, String actual) {
    return HttpException.badRequest(
        "data of \"%s\" must be %d numbers, as its shape says, but there are %s"
            .formatted(name, count, actual));
  }

  private static void put(
      JsonReader json, String name, ElementType type, MemorySegment dst, long index)
      throws IOException {
    if ((json.peek() == JsonToken.BOOLEAN) != (type == ElementType.BOOL)) {
      throw HttpException.badRequest(
          "data of \"%s\" must be %s, but element %d is not"
              .formatted(name, type == ElementType.BOOL ? "true and false" : "numbers", index));
    }
    try {
      switch (type) {
        case BOOL -> dst.set(JAVA_BYTE, index, (byte) (json.nextBoolean() ? 1 : 0));
        case FLOAT -> dst.setAtIndex(JAVA_FLOAT, index, (float) json.nextDouble());
        case DOUBLE -> dst.setAtIndex(JAVA_DOUBLE, index, json.nextDouble());
        case FLOAT16 ->
            dst.setAtIndex(JAVA_SHORT, index, Float.floatToFloat16((float) json.nextDouble()));
        case BFLOAT16 ->
            dst.setAtIndex(JAVA_SHORT, index, nearestBfloat16((float) json.nextDouble()));
        case INT8 -> dst.set(JAVA_BYTE, index, (byte) ranged(json, Byte.MIN_VALUE, Byte.MAX_VALUE));
        case UINT8 -> dst.set(JAVA_BYTE, index, (byte) ranged(json, 0, 0xff));
        case INT16 ->
            dst.setAtIndex(
                JAVA_SHORT, index, (short) ranged(json, Short.MIN_VALUE, Short.MAX_VALUE));
        case UINT16 -> dst.setAtIndex(JAVA_SHORT, index, (short) ranged(json, 0, 0xffff));
        case INT32 ->
            dst.setAtIndex(
                JAVA_INT, index, (int) ranged(json, Integer.MIN_VALUE, Integer.MAX_VALUE));
        case UINT32 -> dst.setAtIndex(JAVA_INT, index, (int) ranged(json, 0, 0xffff_ffffL));
        case INT64 -> dst.setAtIndex(JAVA_LONG, index, integer(json.nextString()).longValueExact());
        case UINT64 -> dst.setAtIndex(JAVA_LONG, index, unsigned(json.nextString()));
      }
    } catch (NumberFormatException | ArithmeticException e) {
      throw new HttpException(
          HttpException.BAD_REQUEST,
          "element %d of \"%s\" is no number of type %s".formatted(index, name, Datatype.of(type)),
          e);
    }
  }

  private static short nearestBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    int isOdd = (bits >>> BFLOAT16_SHIFT) & 1;
    return (short) ((bits + 0x7fff + isOdd) >>> BFLOAT16_SHIFT);
  }

  private static long ranged(JsonReader json, long least, long most) throws IOException {
    long value = integer(json.nextString()).longValueExact();
    if (value < least || value > most) {
      throw new ArithmeticException();
    }
    return value;
  }

  private static long unsigned(String text) {
    BigInteger value = integer(text).toBigIntegerExact();
    if (value.signum() < 0 || value.compareTo(TWO_TO_64) >= 0) {
      throw new ArithmeticException();
    }
    return value.longValue();
  }

  /** JSON may write it with a point or an exponent; Gson's own reading loses bits of such. */
  private static BigDecimal integer(String text) {
    var number = new BigDecimal(text);
    if (number.precision() - number.scale() > MOST_DIGITS || number.scale() > MOST_DIGITS) {
      throw new ArithmeticException();
    }
    return number;
  }

  /** Whether JSON has words for all numbers: it has none for NaN and infinity. */
  static boolean isWritable(ElementType type, MemorySegment src) {
    if (!type.isReal()) {
      return true;
    }
    long count = src.byteSize() / type.byteSize();
    for (long i = 0; i < count; i++) {
      if (!Double.isFinite(real(type, src, i))) {
        return false;
      }
    }
    return true;
  }

  /** Writes a flat array. */
  static void write(JsonWriter json, ElementType type, MemorySegment src) throws IOException {
    long count = src.byteSize() / type.byteSize();
    json.beginArray();
    for (long i = 0; i < count; i++) {
      switch (type) {
        case BOOL -> json.value(src.get(JAVA_BYTE, i) != 0);
        case DOUBLE -> json.value(src.getAtIndex(JAVA_DOUBLE, i));
        case FLOAT, FLOAT16, BFLOAT16 -> json.value((float) real(type, src, i));
        case INT8 -> json.value(src.get(JAVA_BYTE, i));
        case UINT8 -> json.value(src.get(JAVA_BYTE, i) & 0xff);
        case INT16 -> json.value(src.getAtIndex(JAVA_SHORT, i));
        case UINT16 -> json.value(src.getAtIndex(JAVA_SHORT, i) & 0xffff);
        case INT32 -> json.value(src.getAtIndex(JAVA_INT, i));
        case UINT32 -> json.value(src.getAtIndex(JAVA_INT, i) & 0xffff_ffffL);
        case INT64 -> json.value(src.getAtIndex(JAVA_LONG, i));
        case UINT64 ->
            json.value(new BigInteger(Long.toUnsignedString(src.getAtIndex(JAVA_LONG, i))));
      }
    }
    json.endArray();
  }

  private static double real(ElementType type, MemorySegment src, long index) {
    return switch (type) {
      case FLOAT -> src.getAtIndex(JAVA_FLOAT, index);
      case DOUBLE -> src.getAtIndex(JAVA_DOUBLE, index);
      case FLOAT16 -> Float.float16ToFloat(src.getAtIndex(JAVA_SHORT, index));
      default -> Float.intBitsToFloat(src.getAtIndex(JAVA_SHORT, index) << BFLOAT16_SHIFT);
    };
  }
}
