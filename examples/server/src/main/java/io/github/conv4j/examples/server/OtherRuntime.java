package io.github.conv4j.examples.server;

import io.github.conv4j.examples.ocr.OcrFiles;
import io.github.conv4j.examples.ocr.PictureRunner;
import io.github.conv4j.examples.ocr.PictureRuntime;
import io.github.conv4j.examples.ocr.TextReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** Other libraries behind the same server, where they are on the class path. */
final class OtherRuntime {
  private OtherRuntime() {}

  /**
   * Reads text with networks that another library runs.
   *
   * @param threads of a run
   * @throws IllegalArgumentException if there is none of that name; tells those that are there
   */
  static TextReader reader(String name, OcrFiles files, int threads) {
    PictureRuntime runtime = named(name);
    List<PictureRunner> opened = new ArrayList<>();
    try {
      for (Path file : List.of(files.detector(), files.classifier(), files.recognizer())) {
        opened.add(runtime.open(file, threads));
      }
      return new TextReader(opened.get(0), opened.get(1), opened.get(2), files.keys());
    } catch (RuntimeException | Error e) {
      opened.forEach(PictureRunner::close);
      throw e;
    }
  }

  private static PictureRuntime named(String name) {
    List<PictureRuntime> all =
        ServiceLoader.load(PictureRuntime.class).stream().map(ServiceLoader.Provider::get).toList();
    return all.stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "no runtime '%s' is on the class path; there are: %s"
                        .formatted(
                            Text.harmless(name),
                            all.isEmpty()
                                ? "none"
                                : all.stream()
                                    .map(PictureRuntime::name)
                                    .collect(Collectors.joining(", ")))));
  }
}
