package io.github.conv4j.networks.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Real files: those that the build unpacks, and more where a property names a folder. */
public final class Models {
  private static final Path UNPACKED = Path.of("target", "models");

  private Models() {}

  /** Returns PP-OCR's five and what {@code -Dconv4j.test.models=FOLDER} holds. */
  public static List<Path> all() {
    String more = System.getProperty("conv4j.test.models");
    Stream<Path> folders = Stream.of(UNPACKED);
    if (more != null) {
      folders = Stream.concat(folders, Stream.of(Path.of(more)));
    }
    return folders.flatMap(folder -> in(folder).stream()).toList();
  }

  /** Returns one of PP-OCR's. */
  public static Path of(String name) {
    return UNPACKED.resolve(name);
  }

  private static List<Path> in(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(file -> file.toString().endsWith(".onnx")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
