package io.github.conv4j.internal.auto;

import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.PrepareRequest;
import java.util.List;
import java.util.Locale;

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
    // No streams, nor patterns: most prepares of a process that knows its choices run interpreted.
    var text = new StringBuilder(256);
    for (String field :
        List.of(
            request.problemText(),
            request.src().toString(),
            request.dst().toString(),
            Processor.description(),
            options.threads() + " threads",
            options.accuracy().name().toLowerCase(Locale.ROOT),
            "conv4j " + LibraryVersion.text(),
            versions(engines))) {
      text.append(text.isEmpty() ? "" : SEPARATOR).append(withoutControls(field));
    }
    return new ChoiceKey(text.toString());
  }

  /** Returns the engines with their versions, as text. */
  static String versions(List<? extends Alternatives> engines) {
    var text = new StringBuilder();
    for (Alternatives engine : engines) {
      text.append(text.isEmpty() ? "" : "; ");
      text.append(engine.name()).append(' ').append(engine.version());
    }
    return text.toString();
  }

  private static String withoutControls(String field) {
    for (int i = 0; i < field.length(); i++) {
      if (Character.isISOControl(field.charAt(i))) {
        return field.replaceAll("\\p{Cntrl}", " ");
      }
    }
    return field;
  }
}
