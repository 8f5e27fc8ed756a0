package io.github.conv4j.onednn;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures how many bytes of generated code oneDNN maps while a primitive is made; its API does not
 * tell. Linux counts the executable memory of a process that cannot be written, which is oneDNN's
 * code but not that of the JVM. Where there is no such count, or another thread maps or unmaps code
 * meanwhile, an estimate stands for it.
 */
final class CodeMeter implements AutoCloseable {
  /** Most problems map 256 or 512 KiB on AVX2, one in twenty more than 2 MiB. */
  private static final long ESTIMATED_BYTES = 1 << 20;

  private static final long UNKNOWN = -1;
  private static final byte[] FIELD = {'\n', 'V', 'm', 'L', 'i', 'b', ':'};

  private static final AtomicInteger RUNNING = new AtomicInteger();
  private static final AtomicLong STARTED = new AtomicLong();

  private final long number;
  private final long before;

  private CodeMeter(boolean measures) {
    this.number = STARTED.incrementAndGet();
    boolean alone = RUNNING.incrementAndGet() == 1;
    this.before = measures && alone ? mappedBytes() : UNKNOWN;
  }

  /** Begins to measure. */
  static CodeMeter start() {
    return new CodeMeter(true);
  }

  /** Tells the others that code will be unmapped. */
  static CodeMeter disturb() {
    return new CodeMeter(false);
  }

  /** Returns what was mapped since the start. */
  long bytes() {
    long after = before == UNKNOWN ? UNKNOWN : mappedBytes();
    boolean disturbed = STARTED.get() != number;
    return after == UNKNOWN || disturbed || after < before ? ESTIMATED_BYTES : after - before;
  }

  /** Ends what was begun. */
  @Override
  public void close() {
    RUNNING.decrementAndGet();
  }

  private static long mappedBytes() {
    try (var status = new FileInputStream("/proc/self/status")) {
      return kibibytes(status.readNBytes(4096)) * 1024;
    } catch (IOException e) {
      return UNKNOWN;
    }
  }

  /** Plain loops: this runs in the first prepare of a process. */
  private static long kibibytes(byte[] text) throws IOException {
    int at = 0;
    for (int matched = 0; matched < FIELD.length; at++) {
      if (at == text.length) {
        throw new IOException("no count of executable memory");
      }
      matched = text[at] == FIELD[matched] ? matched + 1 : text[at] == '\n' ? 1 : 0;
    }
    long value = 0;
    for (; at < text.length && text[at] != '\n'; at++) {
      if (text[at] >= '0' && text[at] <= '9') {
        value = value * 10 + text[at] - '0';
      }
    }
    return value;
  }
}
