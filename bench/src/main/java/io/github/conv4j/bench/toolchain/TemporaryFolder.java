package io.github.conv4j.bench.toolchain;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder that is gone afterwards, also when the run is interrupted. */
public final class TemporaryFolder implements AutoCloseable {
  private final Path path;
  private final Thread atExit = new Thread(this::delete, "conv4j-temporary-folder");

  /** Creates it. */
  public TemporaryFolder() throws IOException {
    path = Files.createTempDirectory("conv4j-bench");
    Runtime.getRuntime().addShutdownHook(atExit);
  }

  /** Returns where it is. */
  public Path path() {
    return path;
  }

  private void delete() {
    try (Stream<Path> found = Files.walk(path)) {
      List<Path> deepestFirst = found.sorted(Comparator.reverseOrder()).toList();
      for (Path each : deepestFirst) {
        Files.deleteIfExists(each);
      }
    } catch (IOException | UncheckedIOException _) {
      // Left to whoever cleans temporary files.
    }
  }

  @Override
  public void close() {
    try {
      Runtime.getRuntime().removeShutdownHook(atExit);
    } catch (IllegalStateException _) {
      return; // the hook is running
    }
    delete();
  }
}
