package io.github.conv4j.internal.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A tensor was copied into another layout because a caller asked for it. */
@Name("io.github.conv4j.Reorder")
@Label("Reorder")
@Description("A tensor was copied into another layout, as its caller asked")
@Category("conv4j")
@StackTrace(true)
@SuppressWarnings("UnusedVariable") // the Flight Recorder reads fields
final class ReorderEvent extends Event implements Events.Reordering {
  @Label("From")
  private String from = "";

  @Label("To")
  private String to = "";

  @Label("Bytes")
  @DataAmount
  private long bytes;

  @Override
  public void finish(Object from, Object to, long bytes) {
    end();
    if (shouldCommit()) {
      this.from = from.toString();
      this.to = to.toString();
      this.bytes = bytes;
      commit();
    }
  }
}
