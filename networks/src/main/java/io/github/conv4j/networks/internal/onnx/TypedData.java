package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.internal.wire.ByteWindow;
import io.github.conv4j.networks.internal.wire.WireReader;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

/**
 * Values of a tensor in the repeated field of their type. Which field that is, how wide its numbers
 * are on the wire, and what they become:
 *
 * <ul>
 *   <li>float_data and double_data are as they must be already, and are copied only if they come in
 *       pieces;
 *   <li>int32_data holds all integers up to 32 bits, booleans, and the bits of 16-bit floats;
 *   <li>int64_data and uint64_data are varints of up to ten bytes.
 * </ul>
 */
final class TypedData {
  static final int FLOAT_DATA = 4;
  static final int INT32_DATA = 5;
  static final int INT64_DATA = 7;
  static final int DOUBLE_DATA = 10;
  static final int UINT64_DATA = 11;

  /** A whole number of elements of any type. */
  private static final int MOST_CHUNK = 4096;

  private TypedData() {}

  /** Returns the field that holds elements of a type. */
  static int fieldOf(ElementType type) {
    return switch (type) {
      case FLOAT -> FLOAT_DATA;
      case DOUBLE -> DOUBLE_DATA;
      case INT64 -> INT64_DATA;
      case UINT32, UINT64 -> UINT64_DATA;
      case FLOAT16, BFLOAT16, INT8, INT16, INT32, UINT8, UINT16, BOOL -> INT32_DATA;
    };
  }

  /** Returns how many numbers the current field of a tensor has. */
  static long count(WireReader tensor) {
    return switch (tensor.field()) {
      case FLOAT_DATA -> tensor.fixedByteSize(Float.BYTES) / Float.BYTES;
      case DOUBLE_DATA -> tensor.fixedByteSize(Double.BYTES) / Double.BYTES;
      default -> tensor.integerCount();
    };
  }

  /**
   * Returns the elements, little endian and densely packed.
   *
   * @param count of all fields together
   */
  static MemorySegment read(
      WireReader tensor, ElementType type, long count, Arena arena, Supplier<String> where) {
    return switch (type) {
      case FLOAT, DOUBLE -> readFixed(tensor, type, count, arena, where);
      default -> readIntegers(tensor, type, count, arena, where);
    };
  }

  private static MemorySegment readFixed(
      WireReader tensor, ElementType type, long count, Arena arena, Supplier<String> where) {
    long byteSize = count * type.byteSize();
    MemorySegment joined = null;
    long filled = 0;
    tensor.rewind();
    while (tensor.next()) {
      if (tensor.field() != fieldOf(type)) {
        continue;
      }
      long pieceByteSize = tensor.fixedByteSize(type.byteSize());
      if (pieceByteSize == byteSize) {
        return tensor.fixed(type.byteSize());
      }
      if (joined == null) {
        joined = allocate(byteSize, arena, where);
      }
      tensor.copyFixed(type.byteSize(), joined, filled);
      filled += pieceByteSize;
    }
    return joined == null ? MemorySegment.NULL : joined;
  }

  private static MemorySegment readIntegers(
      WireReader tensor, ElementType type, long count, Arena arena, Supplier<String> where) {
    int chunk = (int) Math.min(MOST_CHUNK, count * type.byteSize());
    tensor.allowance().takeHeap(chunk, tensor.at());
    MemorySegment elements = allocate(count * type.byteSize(), arena, where);
    var sink = new Sink(elements, ByteBuffer.allocate(chunk), type, where);
    tensor.rewind();
    while (tensor.next()) {
      if (tensor.field() == fieldOf(type)) {
        tensor.integers(sink);
      }
    }
    sink.flush();
    return elements;
  }

  /** At most eight times as many bytes as the file has of them: off the heap, which may be full. */
  private static MemorySegment allocate(long byteSize, Arena arena, Supplier<String> where) {
    try {
      return arena.allocate(byteSize, Long.BYTES);
    } catch (OutOfMemoryError e) {
      throw new InvalidModelException(
          "%s takes %d bytes off the heap, which are not there: see -XX:MaxDirectMemorySize"
              .formatted(where.get(), byteSize),
          e);
    }
  }

  /** Stores what fits the type, one element behind the other. */
  private static final class Sink implements LongConsumer {
    private final MemorySegment elements;
    private final ElementType type;
    private final Supplier<String> where;
    private final long least;
    private final long most;

    /** Segments are slow until compiled, as {@link ByteWindow} tells. */
    private final ByteBuffer chunk;

    private long stored;

    Sink(MemorySegment elements, ByteBuffer chunk, ElementType type, Supplier<String> where) {
      this.elements = elements;
      this.type = type;
      this.where = where;
      this.least = least(type);
      this.most = most(type);
      this.chunk = chunk.order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long least(ElementType type) {
      return switch (type) {
        case INT8 -> Byte.MIN_VALUE;
        case INT16 -> Short.MIN_VALUE;
        case INT32 -> Integer.MIN_VALUE;
        // UINT64: as signed numbers of the same bits.
        case INT64, UINT64 -> Long.MIN_VALUE;
        default -> 0;
      };
    }

    private static long most(ElementType type) {
      return switch (type) {
        case BOOL -> 1;
        case INT8 -> Byte.MAX_VALUE;
        case UINT8 -> 0xFF;
        case INT16 -> Short.MAX_VALUE;
        case UINT16, FLOAT16, BFLOAT16 -> 0xFFFF;
        case INT32 -> Integer.MAX_VALUE;
        case UINT32 -> 0xFFFF_FFFFL;
        default -> Long.MAX_VALUE;
      };
    }

    @Override
    public void accept(long value) {
      if (value < least || value > most) {
        throw new InvalidModelException(
            "%s has the value %d as element %d, but elements of %s are %d to %d"
                .formatted(where.get(), value, index(), type, least, most));
      }
      switch (type.byteSize()) {
        case Byte.BYTES -> chunk.put((byte) value);
        case Short.BYTES -> chunk.putShort((short) value);
        case Integer.BYTES -> chunk.putInt((int) value);
        default -> chunk.putLong(value);
      }
      if (!chunk.hasRemaining()) {
        flush();
      }
    }

    private long index() {
      return (stored + chunk.position()) / type.byteSize();
    }

    void flush() {
      chunk.flip();
      MemorySegment.copy(MemorySegment.ofBuffer(chunk), 0, elements, stored, chunk.limit());
      stored += chunk.limit();
      chunk.clear();
    }
  }
}
