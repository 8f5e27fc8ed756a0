package io.github.conv4j.networks.internal.operator;

import static io.github.conv4j.networks.internal.operator.VectorWidth.LANES;
import static io.github.conv4j.networks.internal.operator.VectorWidth.SPECIES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/**
 * Vectors of channels; the last of a pixel begins early. Nothing but the Vector API is called with
 * vectors, which the JIT compiler inlines wherever this is inlined.
 */
final class VectorPixelLoops implements PixelLoops {
  /** From this length on a bulk copy is as fast. */
  private static final int LONG_ROW = 512;

  private final PixelLoops small;

  VectorPixelLoops(PixelLoops small) {
    this.small = small;
  }

  @Override
  public void copyRows(
      MemorySegment src,
      long from,
      long srcPitch,
      MemorySegment dst,
      long to,
      long dstPitch,
      long rows,
      int count) {
    if (count < LANES) {
      small.copyRows(src, from, srcPitch, dst, to, dstPitch, rows, count);
      return;
    }
    for (long r = 0; r < rows; r++) {
      copy(src, from + r * srcPitch, dst, to + r * dstPitch, count);
    }
  }

  /**
   * Whole vectors are written in the order of dst: what one of them has too many, the next
   * overwrites. Only the last rows are short of elements to read or of room behind them.
   */
  @Override
  public void assemble(
      MemorySegment first,
      MemorySegment[] others,
      int[] counts,
      long begin,
      long end,
      MemorySegment dst) {
    int rowSize = 0;
    int least = LANES;
    for (int count : counts) {
      rowSize += count;
      least = Math.min(least, count);
    }
    long safe = Math.max(begin, end - Math.ceilDiv(LANES, least));
    if (counts.length == 2) {
      assembleTwo(first, counts[0], others[0], counts[1], begin, safe, dst);
    } else {
      assembleAll(first, others, counts, rowSize, begin, safe, dst);
    }
    small.assemble(first, others, counts, safe, end, dst);
  }

  /** With segments that do not change in the loop, their checks are made before it. */
  private static void assembleTwo(
      MemorySegment first,
      int firstCount,
      MemorySegment second,
      int secondCount,
      long begin,
      long end,
      MemorySegment dst) {
    long firstBytes = (long) firstCount * Float.BYTES;
    long secondBytes = (long) secondCount * Float.BYTES;
    long vectorBytes = (long) LANES * Float.BYTES;
    for (long r = begin; r < end; r++) {
      long to = r * (firstBytes + secondBytes);
      for (long i = 0; i < firstBytes; i += vectorBytes) {
        FloatVector.fromMemorySegment(SPECIES, first, r * firstBytes + i, LITTLE_ENDIAN)
            .intoMemorySegment(dst, to + i, LITTLE_ENDIAN);
      }
      to += firstBytes;
      for (long i = 0; i < secondBytes; i += vectorBytes) {
        FloatVector.fromMemorySegment(SPECIES, second, r * secondBytes + i, LITTLE_ENDIAN)
            .intoMemorySegment(dst, to + i, LITTLE_ENDIAN);
      }
    }
  }

  private static void assembleAll(
      MemorySegment first,
      MemorySegment[] others,
      int[] counts,
      int rowSize,
      long begin,
      long end,
      MemorySegment dst) {
    for (long r = begin; r < end; r++) {
      long to = r * rowSize;
      to = wholeVectors(first, r * counts[0], dst, to, counts[0]);
      for (int i = 1; i < counts.length; i++) {
        to = wholeVectors(others[i - 1], r * counts[i], dst, to, counts[i]);
      }
    }
  }

  private static long wholeVectors(
      MemorySegment src, long from, MemorySegment dst, long to, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector.fromMemorySegment(SPECIES, src, (from + i) * Float.BYTES, LITTLE_ENDIAN)
          .intoMemorySegment(dst, (to + i) * Float.BYTES, LITTLE_ENDIAN);
    }
    return to + count;
  }

  @Override
  public void gather(
      MemorySegment src, long from, int[] index, int channels, MemorySegment dst, long to) {
    if (channels < LANES) {
      small.gather(src, from, index, channels, dst, to);
      return;
    }
    for (int i = 0; i < index.length; i++) {
      copy(src, from + (long) index[i] * channels, dst, to + (long) i * channels, channels);
    }
  }

  private static void copy(MemorySegment src, long from, MemorySegment dst, long to, int count) {
    if (count >= LONG_ROW) {
      MemorySegment.copy(
          src, from * Float.BYTES, dst, to * Float.BYTES, (long) count * Float.BYTES);
      return;
    }
    int last = count - LANES;
    for (int i = 0; i < last; i += LANES) {
      FloatVector.fromMemorySegment(SPECIES, src, (from + i) * Float.BYTES, LITTLE_ENDIAN)
          .intoMemorySegment(dst, (to + i) * Float.BYTES, LITTLE_ENDIAN);
    }
    FloatVector.fromMemorySegment(SPECIES, src, (from + last) * Float.BYTES, LITTLE_ENDIAN)
        .intoMemorySegment(dst, (to + last) * Float.BYTES, LITTLE_ENDIAN);
  }

  @Override
  public void mix(
      MemorySegment src,
      long from,
      int[] low,
      int[] high,
      float[] lowWeights,
      float[] highWeights,
      int channels,
      MemorySegment dst,
      long to) {
    if (channels < LANES) {
      small.mix(src, from, low, high, lowWeights, highWeights, channels, dst, to);
      return;
    }
    for (int i = 0; i < low.length; i++) {
      mixVectors(
          src,
          from + (long) low[i] * channels,
          lowWeights[i],
          src,
          from + (long) high[i] * channels,
          highWeights[i],
          dst,
          to + (long) i * channels,
          channels);
    }
  }

  @Override
  public void mixRows(
      MemorySegment a,
      long aAt,
      float aWeight,
      MemorySegment b,
      long bAt,
      float bWeight,
      MemorySegment dst,
      long to,
      int count) {
    if (count < LANES) {
      small.mixRows(a, aAt, aWeight, b, bAt, bWeight, dst, to, count);
    } else {
      mixVectors(a, aAt, aWeight, b, bAt, bWeight, dst, to, count);
    }
  }

  private static void mixVectors(
      MemorySegment a,
      long aAt,
      float aWeight,
      MemorySegment b,
      long bAt,
      float bWeight,
      MemorySegment dst,
      long to,
      int count) {
    FloatVector aWeights = FloatVector.broadcast(SPECIES, aWeight);
    FloatVector bWeights = FloatVector.broadcast(SPECIES, bWeight);
    int last = count - LANES;
    for (int i = 0; i < last; i += LANES) {
      FloatVector mixture =
          FloatVector.fromMemorySegment(SPECIES, b, (bAt + i) * Float.BYTES, LITTLE_ENDIAN)
              .fma(
                  bWeights,
                  FloatVector.fromMemorySegment(SPECIES, a, (aAt + i) * Float.BYTES, LITTLE_ENDIAN)
                      .mul(aWeights));
      mixture.intoMemorySegment(dst, (to + i) * Float.BYTES, LITTLE_ENDIAN);
    }
    FloatVector end =
        FloatVector.fromMemorySegment(SPECIES, b, (bAt + last) * Float.BYTES, LITTLE_ENDIAN)
            .fma(
                bWeights,
                FloatVector.fromMemorySegment(SPECIES, a, (aAt + last) * Float.BYTES, LITTLE_ENDIAN)
                    .mul(aWeights));
    end.intoMemorySegment(dst, (to + last) * Float.BYTES, LITTLE_ENDIAN);
  }
}
