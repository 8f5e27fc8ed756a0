package io.github.conv4j.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** What was prepared was forgotten, and closed by the collector. */
@Name("io.github.conv4j.Leak")
@Label("Leak")
@Description("Something prepared was never closed, until the garbage collector met it")
@Category("conv4j")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // the Flight Recorder reads fields
final class LeakEvent extends Event {
  @Label("Engine")
  private final String engine;

  @Label("Problem")
  private final String problem;

  LeakEvent(String engine, String problem) {
    this.engine = engine;
    this.problem = problem;
  }
}
