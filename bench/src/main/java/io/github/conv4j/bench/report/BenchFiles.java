package io.github.conv4j.bench.report;

import io.github.conv4j.bench.results.BenchResults;
import io.github.conv4j.bench.results.LoadResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Writes what a comparison leaves behind. */
public final class BenchFiles {
  private BenchFiles() {}

  /** Writes JSON and report, and returns a phrase that names them. */
  public static String write(Path folder, BenchResults results, @Nullable LoadResults load)
      throws IOException {
    Path json = folder.resolve("bench.json");
    Path report = folder.resolve("bench.html");
    Files.writeString(json, results.toJson());
    Files.writeString(report, BenchPage.of(results, load));
    return "wrote %s and %s after %.0f s".formatted(report, json, results.seconds());
  }
}
