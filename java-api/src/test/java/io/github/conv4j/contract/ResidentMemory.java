package io.github.conv4j.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process holds of the memory of the machine. */
public final class ResidentMemory {
  private static final Path ROLLUP = Path.of("/proc/self/smaps_rollup");

  private ResidentMemory() {}

  /** Tells whether the operating system tells it. */
  public static boolean isKnown() {
    return Files.isReadable(ROLLUP);
  }

  /** Returns the bytes that are resident now. */
  public static long bytes() {
    try {
      for (String line : Files.readAllLines(ROLLUP)) {
        if (line.startsWith("Rss:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) << 10;
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    throw new IllegalStateException("no Rss in " + ROLLUP);
  }
}
