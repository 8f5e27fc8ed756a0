package io.github.conv4j.networks.internal.operator;

import static io.github.conv4j.networks.internal.operator.VectorWidth.LANES;
import static io.github.conv4j.networks.internal.operator.VectorWidth.all;
import static io.github.conv4j.networks.internal.operator.VectorWidth.load;
import static io.github.conv4j.networks.internal.operator.VectorWidth.store;

import java.lang.foreign.MemorySegment;
import jdk.incubator.vector.FloatVector;

/** Vectors of channels; the last of a pixel begins early. */
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
      store(load(src, from + i), dst, to + i);
    }
    store(load(src, from + last), dst, to + last);
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
    FloatVector aWeights = all(aWeight);
    FloatVector bWeights = all(bWeight);
    int last = count - LANES;
    for (int i = 0; i < last; i += LANES) {
      FloatVector mixture = load(b, bAt + i).fma(bWeights, load(a, aAt + i).mul(aWeights));
      store(mixture, dst, to + i);
    }
    FloatVector end = load(b, bAt + last).fma(bWeights, load(a, aAt + last).mul(aWeights));
    store(end, dst, to + last);
  }
}
