package io.github.conv4j.bench.overhead;

import java.util.Locale;

/** Times as people read them. */
final class Times {
  private static final String[] UNITS = {"ns", "µs", "ms", "s"};

  private Times() {}

  /** Returns for example {@code 1.23 µs}. */
  static String text(double nanos) {
    double scaled = nanos;
    int unit = 0;
    while (Math.abs(scaled) >= 1000 && unit < UNITS.length - 1) {
      scaled /= 1000;
      unit++;
    }
    int decimals = unit == 0 || Math.abs(scaled) >= 100 ? 0 : Math.abs(scaled) >= 10 ? 1 : 2;
    return String.format(Locale.ROOT, "%." + decimals + "f %s", scaled, UNITS[unit]);
  }

  /** Returns for example {@code +87 ns}. */
  static String added(double nanos) {
    return (nanos < 0 ? "" : "+") + text(nanos);
  }

  /** Returns for example {@code +1.2 %}. */
  static String share(double share) {
    return String.format(Locale.ROOT, "%+.1f %%", 100 * share);
  }
}
