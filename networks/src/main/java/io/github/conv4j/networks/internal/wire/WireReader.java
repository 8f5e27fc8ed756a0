package io.github.conv4j.networks.internal.wire;

import io.github.conv4j.networks.InvalidModelException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongConsumer;

/**
 * The fields of one message, one after the other. Each is checked against the message's end when it
 * is met, whether anybody asks for its value or not; what is not asked for is thereby skipped.
 *
 * <p>Nothing is copied but texts. Messages inside messages are read by readers inside readers, so
 * the depth is that of the code which asks, and bounded besides. Groups, which protobuf has
 * deprecated before ONNX began, are refused: skipping them is what needs recursion.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">protobuf's encoding</a>
 */
public final class WireReader {
  private static final int VARINT = 0;
  private static final int FIXED64 = 1;
  private static final int LENGTH = 2;
  private static final int FIXED32 = 5;

  private static final int MOST_FIELD_NUMBER = (1 << 29) - 1;
  private static final int MOST_VARINT_BYTES = 10;
  private static final int MOST_DEPTH = 16;

  private static final int HEAP_OF_READER = 88;

  /** A string and the header of its array. */
  private static final int HEAP_OF_TEXT = 48;

  private static final String FOUR_BYTES = "numbers of 4 bytes";
  private static final String EIGHT_BYTES = "numbers of 8 bytes";

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final MemorySegment bytes;
  private final ByteWindow window;
  private final Allowance allowance;
  private final int depth;
  private final long start;
  private final long end;

  private long position;
  private long at;
  private int field;
  private int type;
  private long varint;
  private long payload;

  /** Reads a file's outermost message. */
  public WireReader(MemorySegment bytes, Allowance allowance) {
    this.bytes = bytes;
    this.window = new ByteWindow(bytes);
    this.allowance = allowance;
    this.depth = 0;
    this.start = 0;
    this.end = bytes.byteSize();
  }

  private WireReader(WireReader outer, int depth, long start, long end) {
    this.bytes = outer.bytes;
    this.window = outer.window;
    this.allowance = outer.allowance;
    this.depth = depth;
    this.start = start;
    this.end = end;
    this.position = start;
    this.at = start;
  }

  /** Returns what the file may take. */
  public Allowance allowance() {
    return allowance;
  }

  /** Goes back before the first field. */
  public void rewind() {
    position = start;
    at = start;
  }

  /**
   * Goes on to the next field.
   *
   * @return false at the end
   * @throws InvalidModelException if what follows is no field, or reaches beyond the message's end
   */
  public boolean next() {
    at = position;
    if (position == end) {
      return false;
    }
    allowance.takeField(at);
    long tag = readVarint();
    long number = tag >>> 3;
    if (number == 0 || number > MOST_FIELD_NUMBER) {
      throw broken("the field's number is %d, not 1 to %d".formatted(number, MOST_FIELD_NUMBER));
    }
    field = (int) number;
    type = (int) (tag & 7);
    payload = position;
    switch (type) {
      case VARINT -> varint = readVarint();
      case FIXED64 -> advance(Long.BYTES);
      case FIXED32 -> advance(Integer.BYTES);
      case LENGTH -> {
        long byteSize = readVarint();
        payload = position;
        advance(byteSize);
      }
      default ->
          throw broken(
              "field %d has wire type %d, but only 0, 1, 2 and 5 are read".formatted(field, type));
    }
    return true;
  }

  /** Returns the number of the field. */
  public int field() {
    return field;
  }

  /** Returns which byte of the file the field begins at, or the message before its first. */
  public long at() {
    return at;
  }

  /** Returns an integer. */
  public long int64() {
    expect(VARINT, "a varint");
    return varint;
  }

  /** Returns an integer that must fit 32 bits. */
  public int int32() {
    long value = int64();
    if ((int) value != value) {
      throw broken("field %d is %d, which does not fit 32 bits".formatted(field, value));
    }
    return (int) value;
  }

  /** Returns a floating-point number. */
  public float float32() {
    expect(FIXED32, "a number of 4 bytes");
    return bytes.get(FLOAT, payload);
  }

  /** Returns the bytes of the field, not copied. */
  public MemorySegment bytes() {
    expect(LENGTH, "length-delimited");
    return bytes.asSlice(payload, position - payload);
  }

  /** Returns a reader of the message in the field. */
  public WireReader message() {
    expect(LENGTH, "a message");
    if (depth == MOST_DEPTH) {
      throw broken("messages are nested more than %d deep".formatted(MOST_DEPTH));
    }
    allowance.takeHeap(HEAP_OF_READER, at);
    return new WireReader(this, depth + 1, payload, position);
  }

  /**
   * Returns the text in the field.
   *
   * @param mostBytes more are refused
   */
  public String text(int mostBytes) {
    expect(LENGTH, "a text");
    long byteSize = position - payload;
    if (byteSize > mostBytes) {
      throw broken(
          "the text has %d bytes, more than the %d allowed".formatted(byteSize, mostBytes));
    }
    // What does not fit the window is copied to an array of its own.
    allowance.takeHeap(HEAP_OF_TEXT + (byteSize > ByteWindow.LENGTH ? 2 : 1) * byteSize, at);
    String ascii = window.ascii(payload, (int) byteSize);
    return ascii == null ? decode((int) byteSize) : ascii;
  }

  private String decode(int byteSize) {
    // A copy, a decoder, its buffer of characters, and a string of two bytes each.
    allowance.takeHeap(256 + 7L * byteSize, at);
    byte[] utf8 = window.copy(payload, byteSize);
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
    } catch (CharacterCodingException e) {
      throw broken("the text is not UTF-8");
    }
  }

  /** Hands over the integers of the field: one, or many if they are packed. */
  public void integers(LongConsumer sink) {
    if (type == VARINT) {
      sink.accept(varint);
      return;
    }
    expect(LENGTH, "varints");
    allowance.takeHeap(HEAP_OF_READER, at);
    var packed = new WireReader(this, depth, payload, position);
    while (packed.position < packed.end) {
      packed.at = packed.position;
      sink.accept(packed.readVarint());
    }
  }

  /** Returns how many integers the field has, without looking whether each is well formed. */
  public long integerCount() {
    if (type == VARINT) {
      return 1;
    }
    expect(LENGTH, "varints");
    long count = 0;
    for (long i = payload; i < position; i++) {
      if (window.get(i) >= 0) {
        count++;
      }
    }
    return count;
  }

  /**
   * Returns how many bytes the numbers of the field have, of which there is one, or many if they
   * are packed.
   *
   * @param width of one: 4 or 8
   */
  public long fixedByteSize(int width) {
    if (type != (width == Integer.BYTES ? FIXED32 : FIXED64)) {
      expect(LENGTH, width == Integer.BYTES ? FOUR_BYTES : EIGHT_BYTES);
    }
    long byteSize = position - payload;
    if (byteSize % width != 0) {
      throw broken(
          "field %d has %d bytes, which are no whole numbers of %d"
              .formatted(field, byteSize, width));
    }
    return byteSize;
  }

  /** Returns the numbers of the field, not copied. */
  public MemorySegment fixed(int width) {
    return bytes.asSlice(payload, fixedByteSize(width));
  }

  /**
   * Copies the numbers of the field.
   *
   * @param offset in the destination, in bytes
   */
  public void copyFixed(int width, MemorySegment destination, long offset) {
    MemorySegment.copy(bytes, payload, destination, offset, fixedByteSize(width));
  }

  private void expect(int wanted, String what) {
    if (type != wanted) {
      throw broken("field %d has wire type %d, but must be %s".formatted(field, type, what));
    }
  }

  private void advance(long byteSize) {
    if (byteSize < 0 || byteSize > end - position) {
      throw broken(
          "field %d says that %s bytes follow, but its message ends after %d"
              .formatted(field, Long.toUnsignedString(byteSize), end - position));
    }
    position += byteSize;
  }

  private long readVarint() {
    long value = 0;
    for (int i = 0; i < MOST_VARINT_BYTES; i++) {
      if (position == end) {
        throw broken("a varint is cut off by the end of its message at byte %d".formatted(end));
      }
      byte next = window.get(position++);
      if (i == MOST_VARINT_BYTES - 1 && (next & 0xFE) != 0) {
        break;
      }
      value |= (next & 0x7FL) << (7 * i);
      if (next >= 0) {
        return value;
      }
    }
    throw broken("a varint is wider than 64 bits");
  }

  private InvalidModelException broken(String problem) {
    return new InvalidModelException("at byte %d: %s".formatted(at, problem));
  }
}
