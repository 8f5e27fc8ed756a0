package io.github.conv4j.onednn;

import java.io.FileInputStream;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Measures how many bytes of generated code oneDNN maps while a primitive is made; its API does not
 * tell. It maps 256 KiB for each kernel, of which what the code fills becomes resident: what is
 * counted is a bound. Linux counts the mapped bytes of a process. Where it does not tell, where
 * another thread compiles meanwhile, or where the count is not of this kind, since the JVM maps
 * memory too, an estimate stands for it.
 */
final class CodeMeter implements AutoCloseable {
  /** Most problems map 256 or 512 KiB on AVX2, one in twenty more than 2 MiB. */
  private static final long ESTIMATED_BYTES = 1 << 20;

  /** What oneDNN maps for a kernel. */
  private static final long KERNEL_BYTES = 256 << 10;

  /** The most that was seen is 22 kernels; the JVM takes address space in larger pieces. */
  private static final long MOST_BYTES = 64 * KERNEL_BYTES;

  private static final long UNKNOWN = -1;
  private static final byte[] FIELD = {'\n', 'V', 'm', 'S', 'i', 'z', 'e', ':'};

  private static final AtomicInteger RUNNING = new AtomicInteger();
  private static final AtomicLong STARTED = new AtomicLong();

  private final long number;
  private final long before;

  private CodeMeter(boolean measures) {
    this.number = STARTED.incrementAndGet();
    boolean alone = RUNNING.incrementAndGet() == 1;
    try {
      this.before = measures && alone ? mappedBytes() : UNKNOWN;
    } catch (Throwable e) {
      // Else nobody would ever be alone again.
      RUNNING.decrementAndGet();
      throw e;
    }
  }

  /** Begins to measure. */
  static CodeMeter start() {
    return new CodeMeter(true);
  }

  /** Tells the others that code will be unmapped. */
  static CodeMeter disturb() {
    return new CodeMeter(false);
  }

  /** Returns what was mapped since the start, in whole kernels. */
  long bytes() {
    long after = before == UNKNOWN ? UNKNOWN : mappedBytes();
    long mapped = (after - before) / KERNEL_BYTES * KERNEL_BYTES;
    boolean measured =
        after != UNKNOWN && STARTED.get() == number && mapped > 0 && mapped <= MOST_BYTES;
    return measured ? mapped : ESTIMATED_BYTES;
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
        throw new IOException("no count of mapped memory");
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
