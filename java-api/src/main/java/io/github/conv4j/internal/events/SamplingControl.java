package io.github.conv4j.internal.events;

import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import jdk.jfr.SettingControl;

/** One call in so many: the smallest number that a recording asks for. */
final class SamplingControl extends SettingControl {
  private static final int DEFAULT = 100;

  /** Read by callers without a lock. */
  private static final AtomicInteger INTERVAL = new AtomicInteger(DEFAULT);

  private String value = Integer.toString(DEFAULT);

  /** Returns which call of a prepared object is recorded: each that so many divide. */
  static int interval() {
    return INTERVAL.get();
  }

  @Override
  public String combine(Set<String> values) {
    return Integer.toString(
        values.stream().mapToInt(SamplingControl::number).min().orElse(DEFAULT));
  }

  @Override
  public void setValue(String value) {
    this.value = value;
    INTERVAL.set(number(value));
  }

  @Override
  public String getValue() {
    return value;
  }

  /** A setting that is no number is the default: the recorder has nobody to tell. */
  private static int number(String value) {
    try {
      return Math.max(1, Integer.parseInt(value.strip()));
    } catch (NumberFormatException e) {
      return DEFAULT;
    }
  }
}
