package io.github.conv4j.internal.auto;

import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.PrepareRequest;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * All that decides which way is fastest, as text: the problem, both specs, the processor, threads,
 * accuracy, and the versions of conv4j and of each engine.
 *
 * @param text the fields, joined by tabs
 */
record ChoiceKey(String text) {
  static final int FIELD_COUNT = 8;
  static final String SEPARATOR = "\t";

  static ChoiceKey of(
      PrepareRequest request, EngineOptions options, List<? extends Alternatives> engines) {
    return new ChoiceKey(
        Stream.of(
                request.problemText(),
                request.src().toString(),
                request.dst().toString(),
                Processor.description(),
                options.threads() + " threads",
                options.accuracy().name().toLowerCase(Locale.ROOT),
                "conv4j " + LibraryVersion.text(),
                versions(engines))
            .map(ChoiceKey::withoutControls)
            .collect(Collectors.joining(SEPARATOR)));
  }

  /** Returns the engines with their versions, as text. */
  static String versions(List<? extends Alternatives> engines) {
    return engines.stream()
        .map(engine -> engine.name() + " " + engine.version())
        .collect(Collectors.joining("; "));
  }

  private static String withoutControls(String field) {
    return field.replaceAll("\\p{Cntrl}", " ");
  }
}
