package io.github.conv4j.networks.testing;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes one message of protobuf, field by field; with the raw methods also what none would be. */
public final class ProtoWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  /** Writes an integer, negative ones in ten bytes. */
  public ProtoWriter varint(int field, long value) {
    return tag(field, 0).rawVarint(value);
  }

  /** Writes four bytes. */
  public ProtoWriter fixed32(int field, float value) {
    return tag(field, 5).raw(little(4).putFloat(value).array());
  }

  /** Writes eight bytes. */
  public ProtoWriter fixed64(int field, double value) {
    return tag(field, 1).raw(little(8).putDouble(value).array());
  }

  /** Writes bytes behind their length. */
  public ProtoWriter bytes(int field, byte... value) {
    return bytes(field, value.length, value);
  }

  /** Writes bytes behind a length that may be a lie. */
  public ProtoWriter bytes(int field, long told, byte... value) {
    return tag(field, 2).rawVarint(told).raw(value);
  }

  /** Writes a text. */
  public ProtoWriter text(int field, String value) {
    return bytes(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /** Writes a message inside this one. */
  public ProtoWriter message(int field, ProtoWriter value) {
    return bytes(field, value.toByteArray());
  }

  /** Writes integers behind their length. */
  public ProtoWriter packed(int field, long... values) {
    var packed = new ProtoWriter();
    for (long value : values) {
      packed.rawVarint(value);
    }
    return message(field, packed);
  }

  /** Writes numbers of four bytes behind their length. */
  public ProtoWriter packed(int field, float... values) {
    tag(field, 2).rawVarint(4L * values.length);
    for (float value : values) {
      raw(little(4).putFloat(value).array());
    }
    return this;
  }

  /** Writes numbers of eight bytes behind their length. */
  public ProtoWriter packed(int field, double... values) {
    tag(field, 2).rawVarint(8L * values.length);
    for (double value : values) {
      raw(little(8).putDouble(value).array());
    }
    return this;
  }

  /** Writes the beginning of a field, of any wire type. */
  public ProtoWriter tag(int field, int wireType) {
    return rawVarint((long) field << 3 | wireType);
  }

  /** Writes an integer without a field. */
  public ProtoWriter rawVarint(long value) {
    long left = value;
    while ((left & ~0x7FL) != 0) {
      out.write((int) ((left & 0x7F) | 0x80));
      left >>>= 7;
    }
    out.write((int) left);
    return this;
  }

  /** Writes bytes as they are. */
  public ProtoWriter raw(byte... value) {
    out.writeBytes(value);
    return this;
  }

  /** Returns the message. */
  public byte[] toByteArray() {
    return out.toByteArray();
  }

  private static ByteBuffer little(int byteSize) {
    return ByteBuffer.allocate(byteSize).order(ByteOrder.LITTLE_ENDIAN);
  }
}
