package io.github.conv4j.networks.internal.wire;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * One message in the making, field by field. Long values are not copied until the message is
 * written out, so a model takes hardly more heap than its names.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">protobuf's encoding</a>
 */
public final class WireWriter {
  private static final int VARINT = 0;
  private static final int LENGTH = 2;
  private static final int FIXED32 = 5;

  private static final int SHORT_BYTES = 4096;
  private static final int CHUNK_BYTES = 1 << 16;

  /** What comes before {@link #tail}. */
  private final List<MemorySegment> parts = new ArrayList<>();

  private final ByteArrayOutputStream tail = new ByteArrayOutputStream();
  private long byteSize;

  /** Returns how many bytes there are so far. */
  public long byteSize() {
    return byteSize;
  }

  /** Adds an integer; a negative one takes ten bytes. */
  public WireWriter varint(int field, long value) {
    tag(field, VARINT);
    rawVarint(value);
    return this;
  }

  /** Adds a floating-point number of four bytes. */
  public WireWriter float32(int field, float value) {
    tag(field, FIXED32);
    int bits = Float.floatToRawIntBits(value);
    for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
      rawByte(bits >>> shift);
    }
    return this;
  }

  /** Adds a text. */
  public WireWriter text(int field, String value) {
    return bytes(field, MemorySegment.ofArray(value.getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Adds bytes.
   *
   * @param value is read when the message is written
   */
  public WireWriter bytes(int field, MemorySegment value) {
    tag(field, LENGTH);
    rawVarint(value.byteSize());
    append(value);
    return this;
  }

  /** Adds a message as it is now. */
  public WireWriter message(int field, WireWriter message) {
    tag(field, LENGTH);
    rawVarint(message.byteSize);
    message.parts.forEach(this::append);
    append(MemorySegment.ofArray(message.tail.toByteArray()));
    return this;
  }

  /** Writes the message. */
  public void writeTo(OutputStream out) throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    for (MemorySegment part : parts) {
      for (long at = 0; at < part.byteSize(); at += CHUNK_BYTES) {
        int count = (int) Math.min(CHUNK_BYTES, part.byteSize() - at);
        MemorySegment.copy(part, ValueLayout.JAVA_BYTE, at, chunk, 0, count);
        out.write(chunk, 0, count);
      }
    }
    tail.writeTo(out);
  }

  private void append(MemorySegment value) {
    byteSize += value.byteSize();
    if (value.byteSize() <= SHORT_BYTES) {
      tail.writeBytes(value.toArray(ValueLayout.JAVA_BYTE));
      return;
    }
    parts.add(MemorySegment.ofArray(tail.toByteArray()));
    parts.add(value);
    tail.reset();
  }

  private void tag(int field, int type) {
    rawVarint(((long) field << 3) | type);
  }

  private void rawVarint(long value) {
    long left = value;
    while ((left & ~0x7FL) != 0) {
      rawByte((int) ((left & 0x7F) | 0x80));
      left >>>= 7;
    }
    rawByte((int) left);
  }

  private void rawByte(int value) {
    tail.write(value);
    byteSize++;
  }
}
