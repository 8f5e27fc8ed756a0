package io.github.conv4j.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;

/** Something slow runs in place of what would be fast. */
@Name("io.github.conv4j.Fallback")
@Label("Fallback")
@Description("Something slow was prepared, since nothing fast does the same")
@Category("conv4j")
@SuppressWarnings("UnusedVariable") // the Flight Recorder reads fields
final class FallbackEvent extends Event {
  @Label("Problem")
  private final String problem;

  @Label("Reason")
  private final String reason;

  FallbackEvent(String problem, String reason) {
    this.problem = problem;
    this.reason = reason;
  }
}
