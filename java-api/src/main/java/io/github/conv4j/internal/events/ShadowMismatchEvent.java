package io.github.conv4j.internal.events;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A call was computed again by another engine and came out differently. */
@Name("io.github.conv4j.ShadowMismatch")
@Label("Shadow Mismatch")
@Description("A call whose result another engine does not confirm")
@Category("conv4j")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // the Flight Recorder reads fields
final class ShadowMismatchEvent extends Event {
  @Label("Engine")
  private final String engine;

  @Label("Problem")
  private final String problem;

  @Label("Implementation")
  private final String implementation;

  @Label("Other Engine")
  private final String otherEngine;

  @Label("Other At Fault")
  @Description("Whether the naive loops agree with the call")
  private final boolean otherAtFault;

  @Label("Position")
  @Description("Of the output that is farthest off")
  private final String position;

  @Label("Value")
  private final double value;

  @Label("Expected")
  private final double expected;

  @Label("Permitted")
  @Description("By how much the two may differ")
  private final double permitted;

  @Label("Repro")
  @Description("The command that runs the problem again, on data of its own")
  private final String repro;

  ShadowMismatchEvent(
      String engine,
      String problem,
      String implementation,
      String otherEngine,
      boolean otherAtFault,
      String position,
      double value,
      double expected,
      double permitted,
      String repro) {
    this.engine = engine;
    this.problem = problem;
    this.implementation = implementation;
    this.otherEngine = otherEngine;
    this.otherAtFault = otherAtFault;
    this.position = position;
    this.value = value;
    this.expected = expected;
    this.permitted = permitted;
    this.repro = repro;
  }
}
