package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.internal.wire.Excerpt;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;

/**
 * The one folder that a model may name files of. A name is a path of plain names, and each part of
 * it is looked at without following links: what a stranger's model names is then inside the folder,
 * and was put there as a file of its own.
 *
 * <p>Who can change the folder while it is read can read its owner's files anyhow, and is not
 * guarded against.
 */
final class ModelFolder {
  private final Path real;

  private ModelFolder(Path real) {
    this.real = real;
  }

  /** Opens the folder that a model's path names, through links if its user says so. */
  static ModelFolder of(Path model) throws IOException {
    Path parent = model.toAbsolutePath().getParent();
    return new ModelFolder(
        (parent == null ? model.getFileSystem().getPath("") : parent).toRealPath());
  }

  /**
   * Maps a whole file.
   *
   * @throws InvalidModelException if the location leads elsewhere or to something else
   */
  MemorySegment map(String location, Arena arena) {
    try {
      Path file = locate(location);
      try (FileChannel channel =
          FileChannel.open(file, Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS))) {
        return channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      }
    } catch (IOException | UnsupportedOperationException e) {
      throw new InvalidModelException(
          "external data %s cannot be read: %s"
              .formatted(Excerpt.of(location), e.getClass().getSimpleName()),
          e);
    }
  }

  private Path locate(String location) throws IOException {
    if (!location.chars().allMatch(c -> c >= ' ' && c != '\\' && c != ':' && c != 0x7F)) {
      throw refused(location, "has a character that paths of ONNX do not have");
    }
    Path path = real;
    String[] parts = location.split("/", -1);
    for (int i = 0; i < parts.length; i++) {
      String part = parts[i];
      if (part.isEmpty() || part.equals(".") || part.equals("..")) {
        throw refused(location, "is no relative path of plain names");
      }
      path = path.resolve(part);
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        throw refused(location, "is not there");
      }
      check(path, i == parts.length - 1, location);
    }
    if (!path.toRealPath().startsWith(real)) {
      throw refused(location, "leads out of the model's folder");
    }
    return path;
  }

  private static void check(Path path, boolean isLast, String location) throws IOException {
    var attributes =
        Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (attributes.isSymbolicLink()) {
      throw refused(location, "goes through a symbolic link");
    }
    if (isLast ? !attributes.isRegularFile() : !attributes.isDirectory()) {
      throw refused(location, isLast ? "is not a regular file" : "goes through what is no folder");
    }
    if (isLast && links(path) > 1) {
      throw refused(location, "has a hard link elsewhere");
    }
  }

  /** Returns 1 where the file system does not tell. */
  private static int links(Path file) throws IOException {
    if (!file.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return 1;
    }
    return (int) Files.getAttribute(file, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
  }

  private static InvalidModelException refused(String location, String why) {
    return new InvalidModelException(
        "external data %s %s: only regular files inside the model's folder are read"
            .formatted(Excerpt.of(location), why));
  }
}
