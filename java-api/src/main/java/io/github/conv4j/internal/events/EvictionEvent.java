package io.github.conv4j.internal.events;

import jdk.jfr.Category;
import jdk.jfr.DataAmount;
import jdk.jfr.Description;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/** A cache that is bounded in bytes let something go. */
@Name("io.github.conv4j.Eviction")
@Label("Eviction")
@Description("A cache that is bounded in bytes let something go")
@Category("conv4j")
@StackTrace(false)
@SuppressWarnings("UnusedVariable") // the Flight Recorder reads fields
final class EvictionEvent extends Event {
  @Label("Cache")
  private final String cache;

  @Label("Entry")
  private final String entry;

  @Label("Bytes")
  @DataAmount
  private final long bytes;

  EvictionEvent(String cache, String entry, long bytes) {
    this.cache = cache;
    this.entry = entry;
    this.bytes = bytes;
  }
}
