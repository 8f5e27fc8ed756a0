package io.github.conv4j.internal.checks;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** System properties of conv4j, refused with what they are and what is expected. */
public final class Properties {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");

  private Properties() {}

  /**
   * Returns a number, {@code missing} where the property is not set or blank.
   *
   * @throws IllegalArgumentException if it is something else, or out of the range
   */
  public static long number(String name, long missing, long least, long most) {
    String text = System.getProperty(name, "").strip();
    if (text.isEmpty()) {
      return missing;
    }
    try {
      long value = Long.parseLong(text);
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException _) {
      // Told below, with the range.
    }
    throw wrong(name, text, "a whole number from %d to %d".formatted(least, most), null);
  }

  /** Returns the same, and {@code missing} with a warning in the log where it is wrong. */
  public static long numberOrWarning(String name, long missing, long least, long most) {
    try {
      return number(name, missing, least, most);
    } catch (IllegalArgumentException e) {
      LOG.log(System.Logger.Level.WARNING, "{0}: {1} is used", e.getMessage(), "" + missing);
      return missing;
    }
  }

  /**
   * Returns one of a few numbers, {@code missing} where the property is not set or blank, and also,
   * with a warning in the log, where it is something else.
   */
  public static long oneOfOrWarning(String name, long missing, long... allowed) {
    String text = System.getProperty(name, "").strip();
    if (text.isEmpty()) {
      return missing;
    }
    for (long value : allowed) {
      if (text.equals(Long.toString(value))) {
        return value;
      }
    }
    LOG.log(
        System.Logger.Level.WARNING,
        "{0}: it is left out",
        wrong(name, text, "one of " + Arrays.toString(allowed), null).getMessage());
    return missing;
  }

  /** Says that a property is not what it should be. */
  public static IllegalArgumentException wrong(
      String name, String value, String expected, @Nullable Throwable cause) {
    return new IllegalArgumentException(
        "system property %s must be %s but is '%s'".formatted(name, expected, value), cause);
  }
}
