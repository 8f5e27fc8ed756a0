package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/** Each byte becomes that which a table has for it. */
public final class ByteTable extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 0.5;
  private static final int CHUNK = 4096;

  private final byte[] table;
  private final long elementCount;

  /**
   * Plans look-ups.
   *
   * @param table 256 bytes
   */
  public ByteTable(byte[] table, long elementCount, int threads) {
    super(
        Math.ceilDiv(Sizes.product("elementCount", elementCount), CHUNK),
        ELEMENT_NANOS * Math.min(elementCount, CHUNK),
        threads);
    if (table.length != 256) {
      throw new IllegalArgumentException("a table has 256 bytes, not " + table.length);
    }
    this.table = table.clone();
    this.elementCount = elementCount;
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return (begin, end, src, dst, _) -> {
      for (long chunk = begin; chunk < end; chunk++) {
        long at = chunk * CHUNK;
        look(src, dst, at, (int) Math.min(CHUNK, elementCount - at));
      }
    };
  }

  private void look(MemorySegment src, MemorySegment dst, long at, int count) {
    byte[] entries = table;
    for (int i = 0; i < count; i++) {
      dst.set(JAVA_BYTE, at + i, entries[src.get(JAVA_BYTE, at + i) & 0xff]);
    }
  }
}
