package io.github.conv4j.bench.cli;

import java.util.Locale;

/** Numbers as people read them. */
final class Units {
  private static final String[] BINARY = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private Units() {}

  /** Returns for example {@code 784.0 KiB (802,816 bytes)}. */
  static String bytes(long byteSize) {
    double scaled = byteSize;
    int unit = 0;
    while (scaled >= 1024) {
      scaled /= 1024;
      unit++;
    }
    return unit == 0
        ? count(byteSize) + " bytes"
        : String.format(Locale.ROOT, "%.1f %s (%,d bytes)", scaled, BINARY[unit], byteSize);
  }

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }
}
