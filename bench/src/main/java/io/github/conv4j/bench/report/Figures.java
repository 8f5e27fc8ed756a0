package io.github.conv4j.bench.report;

import java.util.Locale;

/** Numbers of the report with as many digits as mean something. */
final class Figures {
  private Figures() {}

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  static String micros(long nanos) {
    double micros = nanos / 1e3;
    return String.format(Locale.ROOT, micros < 100 ? "%,.1f" : "%,.0f", micros);
  }

  static String gigaflops(double number) {
    return String.format(Locale.ROOT, number < 10 ? "%.2f" : "%.1f", number);
  }

  static String times(double factor) {
    return Double.isNaN(factor)
        ? ""
        : String.format(Locale.ROOT, factor < 10 ? "%.1fx" : "%,.0fx", factor);
  }

  /** Returns for example {@code 0.123}, {@code 12.3}; {@code -} for what is unknown. */
  static String millis(double millis) {
    String form = millis < 10 ? "%.3f" : millis < 100 ? "%.2f" : "%,.1f";
    return known(millis, form);
  }

  static String mebibytes(double bytes) {
    return known(bytes / (1 << 20), "%,.0f");
  }

  static String whole(double number) {
    return known(number, "%,.0f");
  }

  static String ratio(double ratio) {
    return known(ratio, "%.2f");
  }

  /** Returns for example {@code 0.5}, {@code 2}. */
  static String shortest(double number) {
    return number >= 1
        ? String.format(Locale.ROOT, "%,.0f", number)
        : String.valueOf(Math.round(number * 1e6) / 1e6);
  }

  private static String known(double number, String form) {
    return Double.isNaN(number) ? "-" : String.format(Locale.ROOT, form, number);
  }

  static String error(double error) {
    return error == 0 ? "0" : String.format(Locale.ROOT, "%.1e", error);
  }
}
