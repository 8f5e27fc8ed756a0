package io.github.conv4j.networks.internal.manifest;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads and writes the lines of a manifest. A file is not trusted. */
public final class ManifestFile {
  private static final String FIRST_LINE = "conv4j warm-up manifest 1";
  private static final long MOST_BYTES = 4L << 20;

  /** Of all lines with their ends, beside which there is room for the first. */
  public static final int MOST_CHARACTERS = (int) MOST_BYTES - 64;

  private ManifestFile() {}

  /**
   * Reads a file.
   *
   * @throws IllegalArgumentException if a line is not well-formed; says which
   * @throws IOException if the file cannot be read
   */
  public static List<ManifestLine> read(Path file, int mostLines) throws IOException {
    String[] lines = text(file).split("\\R", -1);
    if (!lines[0].equals(FIRST_LINE)) {
      throw wrong(file, 1, "expected \"%s\"".formatted(FIRST_LINE), null);
    }
    List<ManifestLine> read = new ArrayList<>();
    for (int i = 1; i < lines.length; i++) {
      if (lines[i].isBlank() || lines[i].startsWith("#")) {
        continue;
      }
      if (read.size() == mostLines) {
        throw wrong(file, i + 1, "there are more than %d entries".formatted(mostLines), null);
      }
      read.add(parse(file, i + 1, lines[i]));
    }
    return read;
  }

  private static ManifestLine parse(Path file, int number, String line) {
    if (line.length() > ManifestLine.MOST_CHARACTERS) {
      throw wrong(
          file,
          number,
          "it has %d characters, more than %d"
              .formatted(line.length(), ManifestLine.MOST_CHARACTERS),
          null);
    }
    try {
      return ManifestLine.parse(line);
    } catch (IllegalArgumentException e) {
      throw wrong(file, number, String.valueOf(e.getMessage()), e);
    }
  }

  private static String text(Path file) throws IOException {
    byte[] bytes;
    try (var in = Files.newInputStream(file)) {
      bytes = in.readNBytes((int) MOST_BYTES + 1);
    }
    if (bytes.length > MOST_BYTES) {
      throw new IllegalArgumentException(
          "'%s' has more than %d bytes: it is no manifest".formatted(file, MOST_BYTES));
    }
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(
          "'%s' is not text in UTF-8: it is no manifest".formatted(file), e);
    }
  }

  private static IllegalArgumentException wrong(
      Path file, int line, String what, @Nullable Throwable cause) {
    return new IllegalArgumentException("'%s', line %d: %s".formatted(file, line, what), cause);
  }

  /**
   * Writes a file, which is there whole or as it was before, also after a loss of power.
   *
   * @throws IOException if it cannot be written
   */
  public static void write(Path file, Collection<? extends ManifestLine> lines) throws IOException {
    var text = new StringBuilder(FIRST_LINE).append('\n');
    lines.forEach(line -> text.append(line.text()).append('\n'));
    ByteBuffer bytes = StandardCharsets.UTF_8.encode(text.toString());
    Path target = file.toAbsolutePath();
    Path unfinished =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      try (FileChannel out =
          FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
        while (bytes.hasRemaining()) {
          out.write(bytes);
        }
        out.force(true);
      }
      Files.move(
          unfinished, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }
}
