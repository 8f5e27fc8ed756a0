package io.github.conv4j.networks.internal.operator;

import java.lang.foreign.MemorySegment;

/**
 * A flat array in chunks that stay in the nearest cache while one function after the other passes
 * over them. What repeats with a period begins anew in each chunk, or is in one chunk only in part:
 * either way its elements for a chunk are neighbours, in a panel of repetitions or where they are.
 *
 * @param elementCount of the array
 * @param period after how many elements an operand repeats
 * @param length of all chunks but the last of the array, or of a period
 */
record Chunks(long elementCount, long period, int length) {
  /** With two operands, three fourths of a cache of 32 KiB. */
  static final int LENGTH = 2048;

  static Chunks of(long elementCount, long period) {
    long whole = period > LENGTH ? LENGTH : LENGTH / period * period;
    return new Chunks(elementCount, period, (int) Math.min(whole, elementCount));
  }

  /** Whether a period has several chunks, rather than a chunk several periods. */
  private boolean cutsPeriods() {
    return period > length;
  }

  private long perPeriod() {
    return Math.ceilDiv(period, length);
  }

  long count() {
    return cutsPeriods() ? elementCount / period * perPeriod() : Math.ceilDiv(elementCount, length);
  }

  /** Returns the first element of a chunk. */
  long begin(long chunk) {
    return cutsPeriods()
        ? chunk / perPeriod() * period + chunk % perPeriod() * length
        : chunk * length;
  }

  int length(long chunk) {
    long end = cutsPeriods() ? period - periodBegin(chunk) : elementCount - chunk * length;
    return (int) Math.min(length, end);
  }

  /** Returns where in the period, or in its panel, a chunk begins. */
  long periodBegin(long chunk) {
    return cutsPeriods() ? chunk % perPeriod() * length : 0;
  }

  /** Whether operands that repeat need a panel. */
  boolean needsPanel() {
    return length > period;
  }

  /**
   * Fills a panel with repetitions.
   *
   * @param from where the operand begins
   * @param to where the panel begins
   */
  void fill(MemorySegment operand, long from, MemorySegment panel, long to) {
    repeat(operand, from, (int) period, panel, to, length);
  }

  /** Writes {@code length} elements that repeat with a period. */
  static void repeat(
      MemorySegment operand, long from, int period, MemorySegment panel, long to, int length) {
    MemorySegment.copy(
        operand, from * Float.BYTES, panel, to * Float.BYTES, (long) period * Float.BYTES);
    for (int filled = period; filled < length; filled *= 2) {
      int more = Math.min(filled, length - filled);
      MemorySegment.copy(
          panel, to * Float.BYTES, panel, (to + filled) * Float.BYTES, (long) more * Float.BYTES);
    }
  }
}
