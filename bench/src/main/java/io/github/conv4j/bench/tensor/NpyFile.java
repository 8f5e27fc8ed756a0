package io.github.conv4j.bench.tensor;

import io.github.conv4j.networks.graph.Constant;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Arrays in NumPy's own format, version 1 to 3, little endian and row-major.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">NumPy's
 *     format</a>
 */
public final class NpyFile {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** NumPy aligns what follows the header. */
  private static final int ALIGNMENT = 64;

  private static final int LONGEST_HEADER = 1 << 16;

  private NpyFile() {}

  /**
   * Reads an array.
   *
   * @throws IllegalArgumentException if it cannot be read; says why
   */
  public static Constant read(Path file) {
    try {
      return parse(Files.readAllBytes(file));
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no file '%s'".formatted(file), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read '%s': %s".formatted(file, e.getMessage()), e);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "'%s' is not a NumPy array that conv4j reads: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static Constant parse(byte[] bytes) {
    if (bytes.length < 12 || !Arrays.equals(Arrays.copyOf(bytes, MAGIC.length), MAGIC)) {
      throw new IllegalArgumentException("it does not begin with \\x93NUMPY");
    }
    int version = bytes[6];
    if (version < 1 || version > 3) {
      throw new IllegalArgumentException(
          "its version is %d, not 1, 2 or 3".formatted(Byte.toUnsignedInt(bytes[6])));
    }
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    long length = version == 1 ? buffer.getShort(8) & 0xffff : buffer.getInt(8) & 0xffff_ffffL;
    int start = version == 1 ? 10 : 12;
    if (length > LONGEST_HEADER || start + length > bytes.length) {
      throw new IllegalArgumentException("its header has %d bytes".formatted(length));
    }
    int end = start + (int) length;
    NpyHeader header =
        NpyHeader.parse(new String(bytes, start, (int) length, StandardCharsets.UTF_8));
    MemorySegment data = MemorySegment.ofArray(bytes).asSlice(end);
    return new Constant(header.type(), header.dims(), data);
  }

  /**
   * Writes an array.
   *
   * @throws IllegalArgumentException if NumPy has no such elements
   */
  public static void write(Path file, Constant array) throws IOException {
    String text = new NpyHeader(array.type(), array.dims()).text();
    int unpadded = MAGIC.length + 4 + text.length() + 1;
    int padding = Math.ceilDiv(unpadded, ALIGNMENT) * ALIGNMENT - unpadded;
    byte[] header = (text + " ".repeat(padding) + "\n").getBytes(StandardCharsets.US_ASCII);
    ByteBuffer prefix = ByteBuffer.allocate(MAGIC.length + 4).order(ByteOrder.LITTLE_ENDIAN);
    prefix.put(MAGIC).put((byte) 1).put((byte) 0).putShort((short) header.length);
    try (var out = Files.newOutputStream(file)) {
      out.write(prefix.array());
      out.write(header);
      out.write(array.data().toArray(ValueLayout.JAVA_BYTE));
    }
  }
}
