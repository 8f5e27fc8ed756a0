package io.github.conv4j.bench.cli;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.examples.ocr.OcrFiles;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Option;

/** What reads text. */
final class OcrOptions {
  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description = "The engine; the best if left out.")
  private @Nullable String engineName;

  @Option(names = "--threads", paramLabel = "N", description = "Of the engine; all if left out.")
  private @Nullable Integer threads;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "The folder with the networks; that of the build if left out.")
  private @Nullable Path models;

  /**
   * Finds the networks.
   *
   * @throws IllegalArgumentException if one is missing; says what to do
   */
  OcrFiles files() {
    if (models != null) {
      return OcrFiles.in(models);
    }
    String folder = System.getProperty(OcrFiles.PROPERTY);
    if (folder == null) {
      throw new IllegalArgumentException(
          "name the folder with the networks of PP-OCR: --models DIR");
    }
    return OcrFiles.in(Path.of(folder));
  }

  Engine open(CommandLine command) {
    EngineOptions options =
        NetworkFile.refusing(
            command,
            () ->
                threads == null
                    ? EngineOptions.defaults()
                    : EngineOptions.defaults().withThreads(threads));
    if (engineName == null) {
      return Engines.best(options);
    }
    EngineChoice.requireKnown(engineName, command);
    return Engines.named(engineName, options);
  }
}
