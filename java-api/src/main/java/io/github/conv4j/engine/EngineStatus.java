package io.github.conv4j.engine;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One engine that is present, and whether it can start. Immutable.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Throws none.
 */
public final class EngineStatus {
  private final String name;
  private final int priority;
  private final Availability availability;

  EngineStatus(String name, int priority, Availability availability) {
    this.name = Objects.requireNonNull(name, "name");
    this.priority = priority;
    this.availability = Objects.requireNonNull(availability, "availability");
  }

  /** Returns the short name, for example {@code onednn}. */
  public String name() {
    return name;
  }

  /** Returns the rank among available engines; the highest is the best. */
  public int priority() {
    return priority;
  }

  /** Returns whether it can start, and if not why. */
  public Availability availability() {
    return availability;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof EngineStatus that
        && name.equals(that.name)
        && priority == that.priority
        && availability.equals(that.availability);
  }

  @Override
  public int hashCode() {
    return Objects.hash(name, priority, availability);
  }

  /** Returns for example {@code onednn, priority 100: oneDNN 3.13.0, ...}. */
  @Override
  public String toString() {
    String state =
        switch (availability) {
          case Availability.Available yes -> yes.version() + ", " + yes.detail();
          case Availability.Unavailable no -> "cannot start, " + no.reason() + "; " + no.remedy();
        };
    return "%s, priority %d: %s".formatted(name, priority, state);
  }
}
