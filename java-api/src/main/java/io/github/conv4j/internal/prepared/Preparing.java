package io.github.conv4j.internal.prepared;

import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.events.Events;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What is prepared for a caller, as an event. */
public final class Preparing {
  private Preparing() {}

  /** Prepares, and records how long that took where somebody listens. */
  public static PreparedConvolution recorded(Supplier<PreparedConvolution> prepare) {
    Events.Preparation event = Events.preparation();
    if (event == null) {
      return prepare.get();
    }
    PreparedConvolution prepared = prepare.get();
    Explanation explanation = prepared.explain();
    event.finish(
        explanation.engine(),
        explanation.problem(),
        explanation.stages().stream()
            .map(Explanation.Stage::implementation)
            .collect(Collectors.joining(" + ")),
        explanation.weightsByteSize());
    return prepared;
  }
}
