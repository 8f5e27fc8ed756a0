package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.internal.wire.Excerpt;
import io.github.conv4j.networks.internal.wire.WireReader;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Where a tensor says that its values are.
 *
 * @param location a path inside the model's folder, not checked yet
 * @param offset in bytes
 * @param length in bytes; null where the file does not say
 * @see <a href="https://onnx.ai/onnx/repo-docs/ExternalData.html">ONNX external data</a>
 */
record ExternalReference(String location, long offset, @Nullable Long length) {
  private static final int KEY = 1;
  private static final int VALUE = 2;

  /** Long.MAX_VALUE has as many. */
  private static final int MOST_DIGITS = 19;

  /**
   * Reads the entries of a tensor. The checksum is allowed and not verified: it protects from
   * accidents, not from whoever wrote both files, and reading all of a large file takes long.
   */
  static ExternalReference read(WireReader tensor, int entryField, Supplier<String> where) {
    String location = null;
    String offset = null;
    String length = null;
    String checksum = null;
    tensor.rewind();
    while (tensor.next()) {
      if (tensor.field() != entryField) {
        continue;
      }
      Entry entry = Entry.read(tensor.message());
      switch (entry.key()) {
        case "location" -> location = once(location, entry, where);
        case "offset" -> offset = once(offset, entry, where);
        case "length" -> length = once(length, entry, where);
        case "checksum" -> checksum = once(checksum, entry, where);
        default ->
            throw new InvalidModelException(
                "%s has external data with the key %s, but only location, offset, length and checksum are known"
                    .formatted(where.get(), Excerpt.of(entry.key())));
      }
    }
    if (location == null) {
      throw new InvalidModelException(
          "%s has external data without a location".formatted(where.get()));
    }
    return new ExternalReference(
        location,
        offset == null ? 0 : number(offset, "offset", where),
        length == null ? null : number(length, "length", where));
  }

  private record Entry(String key, String value) {
    static Entry read(WireReader in) {
      String key = "";
      String value = "";
      while (in.next()) {
        switch (in.field()) {
          case KEY -> key = in.text(Limits.NAME_BYTES);
          case VALUE -> value = in.text(Limits.NAME_BYTES);
          default -> {}
        }
      }
      return new Entry(key, value);
    }
  }

  private static String once(@Nullable String before, Entry entry, Supplier<String> where) {
    if (before != null) {
      throw new InvalidModelException(
          "%s gives the %s of its external data twice".formatted(where.get(), entry.key()));
    }
    return entry.value();
  }

  private static long number(String text, String key, Supplier<String> where) {
    boolean isShort = !text.isEmpty() && text.length() <= MOST_DIGITS;
    if (isShort && text.chars().allMatch(c -> c >= '0' && c <= '9')) {
      try {
        return Long.parseLong(text);
      } catch (NumberFormatException e) {
        // 19 digits may be more than 64 bits hold: told below.
      }
    }
    throw new InvalidModelException(
        "%s has external data with the %s %s, which is no decimal number of bytes"
            .formatted(where.get(), key, Excerpt.of(text)));
  }
}
