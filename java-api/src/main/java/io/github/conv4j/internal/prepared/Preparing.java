package io.github.conv4j.internal.prepared;

import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.events.Events;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** What is prepared for a caller, as an event. */
public final class Preparing {
  /** Whether the thread prepares something already: its parts are no events of their own. */
  private static final ThreadLocal<Boolean> INSIDE = ThreadLocal.withInitial(() -> false);

  private Preparing() {}

  /** Prepares, and records how long that took where somebody listens. */
  public static PreparedConvolution recorded(Supplier<PreparedConvolution> prepare) {
    Events.Preparation event = Events.preparation();
    if (event == null || INSIDE.get()) {
      return prepare.get();
    }
    PreparedConvolution prepared;
    INSIDE.set(true);
    try {
      prepared = prepare.get();
    } finally {
      INSIDE.remove();
    }
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
