package io.github.conv4j.onednn;

import io.github.conv4j.onednn.BundledLibrary.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which files of a folder were found to have the right bytes, in a small file beside them, since to
 * hash 93 MB again takes longer than to load them. A file counts as the one that was checked while
 * its size and its time of modification are what they were then. Whoever can write the folder can
 * also write this; so it is worth something only in a {@link PrivateFolder}.
 */
final class CheckedFiles {
  private static final String NAME = ".checked";

  /** More than a line for each file has; anything longer was not written here. */
  private static final long MOST_BYTES = 4096;

  private final Path folder;
  private final List<Content> contents;

  CheckedFiles(Path folder, List<Content> contents) {
    this.folder = folder;
    this.contents = contents;
  }

  /** Whether all files are as they were when they were checked. */
  boolean areUnchanged() {
    String now = describe();
    return now != null && now.equals(read());
  }

  /**
   * Remembers the files as they are now, all of which were checked. Where that cannot be written,
   * they are checked again by the next process.
   */
  void remember() {
    String now = describe();
    if (now == null) {
      return;
    }
    try {
      Path temporary = Files.createTempFile(folder, NAME, LibraryCache.TEMPORARY_SUFFIX);
      try {
        Files.writeString(temporary, now);
        Files.move(temporary, folder.resolve(NAME), StandardCopyOption.ATOMIC_MOVE);
      } finally {
        Files.deleteIfExists(temporary);
      }
    } catch (IOException e) {
      // A folder that is full or read-only.
    }
  }

  private @Nullable String read() {
    try {
      Path file = folder.resolve(NAME);
      BasicFileAttributes attributes =
          Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      return attributes.isRegularFile() && attributes.size() <= MOST_BYTES
          ? Files.readString(file, StandardCharsets.ISO_8859_1)
          : null;
    } catch (IOException e) {
      return null;
    }
  }

  /** Returns a line for each file, or null if one is not there. */
  private @Nullable String describe() {
    var lines = new StringBuilder();
    try {
      for (Content content : contents) {
        BasicFileAttributes attributes =
            Files.readAttributes(
                folder.resolve(content.fileName()),
                BasicFileAttributes.class,
                LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
          return null;
        }
        lines
            .append(content.sha256())
            .append(' ')
            .append(attributes.size())
            .append(' ')
            .append(attributes.lastModifiedTime().toMillis())
            .append(' ')
            .append(content.fileName())
            .append('\n');
      }
      return lines.toString();
    } catch (IOException e) {
      return null;
    }
  }
}
