package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * Floats become integers of 8 bits, or integers become floats: an array of rows, of which those of
 * one index along an axis share a scale.
 */
public final class Quantizing extends RangedPrimitive {
  private static final double ELEMENT_NANOS = 0.4;

  /** What a step of a row does. */
  private interface Rows {
    void run(MemorySegment src, MemorySegment dst, long at, int count, int index);
  }

  private final Rows rows;
  private final int axis;
  private final long rowLength;
  private final long chunksPerRow;

  private Quantizing(Rows rows, long outer, int axis, long inner, int threads) {
    super(
        Sizes.product("rows", outer, axis, Math.ceilDiv(Math.max(inner, 1), Chunks.LENGTH)),
        ELEMENT_NANOS * Math.min(inner, Chunks.LENGTH),
        threads);
    Sizes.product("elements", outer, axis, inner);
    this.rows = rows;
    this.axis = axis;
    this.rowLength = inner;
    this.chunksPerRow = Math.ceilDiv(inner, Chunks.LENGTH);
  }

  /**
   * Plans QuantizeLinear.
   *
   * @param outer how many elements are before the axis of scales
   * @param scales one for each index of the axis
   * @param inner how many elements are behind it
   */
  public static Quantizing quantize(long outer, List<ByteScale> scales, long inner, int threads) {
    ByteScale[] all = scales.toArray(ByteScale[]::new);
    ByteLoops loops = Loops.current().bytes();
    return new Quantizing(
        (src, dst, at, count, index) -> loops.quantize(src, at, dst, at, all[index], count),
        outer,
        all.length,
        inner,
        threads);
  }

  /** Plans DequantizeLinear of 8 bits likewise. */
  public static Quantizing dequantize(long outer, List<ByteScale> scales, long inner, int threads) {
    ByteScale[] all = scales.toArray(ByteScale[]::new);
    ByteLoops loops = Loops.current().bytes();
    return new Quantizing(
        (src, dst, at, count, index) -> loops.dequantize(src, at, all[index], dst, at, count),
        outer,
        all.length,
        inner,
        threads);
  }

  /** Plans DequantizeLinear of 32 bits likewise; the only zero point is 0. */
  public static Quantizing dequantizeSums(long outer, float[] scales, long inner, int threads) {
    float[] all = scales.clone();
    return new Quantizing(
        (src, dst, at, count, index) -> {
          float scale = all[index];
          for (long i = at; i < at + count; i++) {
            float value = src.getAtIndex(JAVA_INT_UNALIGNED, i) * scale;
            dst.setAtIndex(JAVA_FLOAT_UNALIGNED, i, value);
          }
        },
        outer,
        all.length,
        inner,
        threads);
  }

  @Override
  Ranges ranges(MemorySegment scratchpad) {
    return (begin, end, src, dst, _) -> {
      for (long unit = begin; unit < end; unit++) {
        long row = unit / chunksPerRow;
        long first = unit % chunksPerRow * Chunks.LENGTH;
        int count = (int) Math.min(Chunks.LENGTH, rowLength - first);
        rows.run(src, dst, row * rowLength + first, count, (int) (row % axis));
      }
    };
  }
}
