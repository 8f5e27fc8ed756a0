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

  static String error(double error) {
    return error == 0 ? "0" : String.format(Locale.ROOT, "%.1e", error);
  }
}
