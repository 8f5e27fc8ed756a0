package io.github.conv4j.networks.internal.operator;

import static io.github.conv4j.networks.internal.operator.VectorWidth.LANES;
import static io.github.conv4j.networks.internal.operator.VectorWidth.SPECIES;
import static java.nio.ByteOrder.LITTLE_ENDIAN;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;

/**
 * Vectors of channels; the last of a pixel begins early. Nothing but the Vector API is called with
 * vectors, which the JIT compiler inlines wherever this is inlined.
 */
final class VectorPixelLoops implements PixelLoops {
  /** From this length on a bulk copy is as fast. */
  private static final int LONG_ROW = 512;

  /** So many rows stay in the nearest cache while their vectors are copied. */
  private static final int ROWS = 32;

  /** Where the elements of a plane go in the three vectors of their pixels. */
  private static final VectorShuffle<Float> FIRST_0 = shuffle(0, 0);

  private static final VectorShuffle<Float> FIRST_1 = shuffle(0, 1);
  private static final VectorShuffle<Float> FIRST_2 = shuffle(0, 2);
  private static final VectorShuffle<Float> SECOND_0 = shuffle(1, 0);
  private static final VectorShuffle<Float> SECOND_1 = shuffle(1, 1);
  private static final VectorShuffle<Float> SECOND_2 = shuffle(1, 2);
  private static final VectorShuffle<Float> THIRD_0 = shuffle(2, 0);
  private static final VectorShuffle<Float> THIRD_1 = shuffle(2, 1);
  private static final VectorShuffle<Float> THIRD_2 = shuffle(2, 2);
  private static final VectorMask<Float> OF_SECOND_0 = mask(1, 0);
  private static final VectorMask<Float> OF_SECOND_1 = mask(1, 1);
  private static final VectorMask<Float> OF_SECOND_2 = mask(1, 2);
  private static final VectorMask<Float> OF_THIRD_0 = mask(2, 0);
  private static final VectorMask<Float> OF_THIRD_1 = mask(2, 1);
  private static final VectorMask<Float> OF_THIRD_2 = mask(2, 2);

  /** From so many channels on the vectors of a pixel are not apart for long. */
  private static final int LONG_PIXEL = 64;

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
    if (counts.length == 2 && Math.max(counts[0], counts[1]) >= LANES) {
      assembleTwo(first, counts[0], others[0], counts[1], begin, safe, dst);
    } else {
      assembleAll(first, others, counts, rowSize, begin, safe, dst);
    }
    small.assemble(first, others, counts, safe, end, dst);
  }

  /**
   * Many rows of one array, then those of the other: loops over the vectors of a row are too short.
   * An array of less than a vector goes first, since what its vectors have too many falls into rows
   * of the other.
   */
  private static void assembleTwo(
      MemorySegment first,
      int firstCount,
      MemorySegment second,
      int secondCount,
      long begin,
      long end,
      MemorySegment dst) {
    int pitch = firstCount + secondCount;
    for (long r = begin; r < end; r += ROWS) {
      int rows = (int) Math.min(ROWS, end - r);
      long to = r * pitch;
      if (secondCount < LANES) {
        columns(second, r * secondCount, secondCount, dst, to + firstCount, pitch, rows);
        columns(first, r * firstCount, firstCount, dst, to, pitch, rows);
      } else {
        columns(first, r * firstCount, firstCount, dst, to, pitch, rows);
        columns(second, r * secondCount, secondCount, dst, to + firstCount, pitch, rows);
      }
    }
  }

  /** Copies rows of neighbours; the last vector begins early where there is room. */
  private static void columns(
      MemorySegment src, long from, int count, MemorySegment dst, long to, int pitch, int rows) {
    for (int i = 0; i < count; i += LANES) {
      int begin = Math.max(0, Math.min(i, count - LANES));
      column(src, from + begin, count, dst, to + begin, pitch, rows);
    }
  }

  /** Parts of both are cut out here, where no other method sees them: they cost nothing. */
  private static void column(
      MemorySegment src,
      long from,
      int srcPitch,
      MemorySegment dst,
      long to,
      int dstPitch,
      int rows) {
    MemorySegment x = src.asSlice(from * Float.BYTES);
    MemorySegment y = dst.asSlice(to * Float.BYTES);
    for (int r = 0; r < rows; r++) {
      FloatVector.fromMemorySegment(SPECIES, x, (long) r * srcPitch * Float.BYTES, LITTLE_ENDIAN)
          .intoMemorySegment(y, (long) r * dstPitch * Float.BYTES, LITTLE_ENDIAN);
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
      MemorySegment src,
      long from,
      int[] index,
      int channels,
      MemorySegment dst,
      long to,
      long pitch) {
    if (channels < LANES) {
      small.gather(src, from, index, channels, dst, to, pitch);
    } else if (channels < LONG_PIXEL) {
      gatherWhole(src, from, index, channels, dst, to, pitch);
    } else {
      for (int i = 0; i < index.length; i++) {
        copy(src, from + (long) index[i] * channels, dst, to + i * pitch, channels);
      }
    }
  }

  /**
   * One vector of each pixel after the other; parts of both cost nothing, as in {@link #column}.
   */
  private static void gatherWhole(
      MemorySegment src,
      long from,
      int[] index,
      int channels,
      MemorySegment dst,
      long to,
      long pitch) {
    MemorySegment x = src.asSlice(from * Float.BYTES);
    MemorySegment y = dst.asSlice(to * Float.BYTES);
    int last = channels - LANES;
    for (int c = 0; c < channels; c += LANES) {
      int begin = Math.min(c, last);
      for (int i = 0; i < index.length; i++) {
        long in = index[i] * (long) channels + begin;
        FloatVector.fromMemorySegment(SPECIES, x, in * Float.BYTES, LITTLE_ENDIAN)
            .intoMemorySegment(y, (i * pitch + begin) * Float.BYTES, LITTLE_ENDIAN);
      }
    }
  }

  /** The pixel of each element of one of the vectors that pixels fill. */
  private static VectorShuffle<Float> shuffle(int plane, int vector) {
    return VectorShuffle.fromOp(
        SPECIES,
        lane -> {
          int at = vector * LANES + lane;
          return at % Colours.COUNT == plane ? at / Colours.COUNT : 0;
        });
  }

  private static VectorMask<Float> mask(int plane, int vector) {
    boolean[] lanes = new boolean[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      lanes[lane] = (vector * LANES + lane) % Colours.COUNT == plane;
    }
    return VectorMask.fromArray(SPECIES, lanes, 0);
  }

  @Override
  public void colours(
      MemorySegment src, long from, long planeStride, MemorySegment dst, long to, int count) {
    int whole = count - count % LANES;
    vectorColours(src, from * Float.BYTES, planeStride * Float.BYTES, dst, to * Float.BYTES, whole);
    small.colours(
        src, from + whole, planeStride, dst, to + (long) whole * Colours.COUNT, count - whole);
  }

  private static void vectorColours(
      MemorySegment src, long at, long planeBytes, MemorySegment dst, long to, int count) {
    long vector = (long) LANES * Float.BYTES;
    for (int i = 0; i < count; i += LANES) {
      long from = at + (long) i * Float.BYTES;
      long into = to + (long) i * Colours.COUNT * Float.BYTES;
      FloatVector a = FloatVector.fromMemorySegment(SPECIES, src, from, LITTLE_ENDIAN);
      FloatVector b = FloatVector.fromMemorySegment(SPECIES, src, from + planeBytes, LITTLE_ENDIAN);
      FloatVector c =
          FloatVector.fromMemorySegment(SPECIES, src, from + 2 * planeBytes, LITTLE_ENDIAN);
      a.rearrange(FIRST_0)
          .blend(b.rearrange(SECOND_0), OF_SECOND_0)
          .blend(c.rearrange(THIRD_0), OF_THIRD_0)
          .intoMemorySegment(dst, into, LITTLE_ENDIAN);
      a.rearrange(FIRST_1)
          .blend(b.rearrange(SECOND_1), OF_SECOND_1)
          .blend(c.rearrange(THIRD_1), OF_THIRD_1)
          .intoMemorySegment(dst, into + vector, LITTLE_ENDIAN);
      a.rearrange(FIRST_2)
          .blend(b.rearrange(SECOND_2), OF_SECOND_2)
          .blend(c.rearrange(THIRD_2), OF_THIRD_2)
          .intoMemorySegment(dst, into + 2 * vector, LITTLE_ENDIAN);
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
