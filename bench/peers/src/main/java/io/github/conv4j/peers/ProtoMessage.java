package io.github.conv4j.peers;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Writes one protocol buffers message, field by field.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Encoding</a>
 */
final class ProtoMessage {
  private static final int VARINT = 0;
  private static final int LENGTH_DELIMITED = 2;
  private static final int PAYLOAD_BITS = 7;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  ProtoMessage integer(int field, long value) {
    tag(field, VARINT);
    varint(value);
    return this;
  }

  ProtoMessage integers(int field, long... values) {
    for (long value : values) {
      integer(field, value);
    }
    return this;
  }

  ProtoMessage text(int field, String value) {
    return raw(field, value.getBytes(StandardCharsets.UTF_8));
  }

  ProtoMessage message(int field, ProtoMessage value) {
    return raw(field, value.toByteArray());
  }

  ProtoMessage floats(int field, float[] values) {
    ByteBuffer buffer =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Float.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    buffer.asFloatBuffer().put(values);
    return raw(field, buffer.array());
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }

  private ProtoMessage raw(int field, byte[] value) {
    tag(field, LENGTH_DELIMITED);
    varint(value.length);
    bytes.writeBytes(value);
    return this;
  }

  private void tag(int field, int wireType) {
    varint(((long) field << 3) | wireType);
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~0x7fL) != 0) {
      bytes.write((int) ((rest & 0x7f) | 0x80));
      rest >>>= PAYLOAD_BITS;
    }
    bytes.write((int) rest);
  }
}
