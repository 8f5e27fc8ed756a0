package io.github.conv4j.networks.internal.wire;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of a segment, read one by one through an array that follows. A single read of a segment
 * takes half a microsecond until it is compiled, which a file's hundred thousands of them are not
 * in a process that has just begun.
 */
public final class ByteWindow {
  /** How many bytes the array has at most. */
  public static final int LENGTH = 8192;

  private final MemorySegment bytes;
  private final byte[] window;
  private long start;
  private int length;

  /** Opens a window that is not filled yet. */
  public ByteWindow(MemorySegment bytes) {
    this.bytes = bytes;
    this.window = new byte[(int) Math.min(LENGTH, bytes.byteSize())];
  }

  /** Returns one byte, which must be in the segment. */
  public byte get(long position) {
    long index = position - start;
    if (index < 0 || index >= length) {
      moveTo(position);
      index = 0;
    }
    return window[(int) index];
  }

  /** Copies bytes, which must be in the segment. */
  public byte[] copy(long position, int byteSize) {
    byte[] copy = new byte[byteSize];
    long index = position - start;
    if (index >= 0 && index + byteSize <= length) {
      System.arraycopy(window, (int) index, copy, 0, byteSize);
    } else {
      MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, position, copy, 0, byteSize);
    }
    return copy;
  }

  /** Returns bytes as the text that they are in ASCII, or null where some are no ASCII. */
  public @Nullable String ascii(long position, int byteSize) {
    long index = position - start;
    if (index < 0 || index + byteSize > length) {
      if (byteSize > window.length) {
        byte[] copy = copy(position, byteSize);
        return isAscii(copy, 0, byteSize) ? text(copy, 0, byteSize) : null;
      }
      moveTo(position);
      index = 0;
    }
    return isAscii(window, (int) index, byteSize) ? text(window, (int) index, byteSize) : null;
  }

  private static boolean isAscii(byte[] bytes, int from, int byteSize) {
    for (int i = from; i < from + byteSize; i++) {
      if (bytes[i] < 0) {
        return false;
      }
    }
    return true;
  }

  private static String text(byte[] bytes, int from, int byteSize) {
    return new String(bytes, from, byteSize, StandardCharsets.ISO_8859_1);
  }

  private void moveTo(long position) {
    length = (int) Math.min(window.length, bytes.byteSize() - position);
    MemorySegment.copy(bytes, ValueLayout.JAVA_BYTE, position, window, 0, length);
    start = position;
  }
}
