package io.github.conv4j.networks.internal.operator;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;

/** One number after the other, and two of short pixels. */
final class ScalarPixelLoops implements PixelLoops {
  private static final int LONG_PIXEL = 16;

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
    for (long r = 0; r < rows; r++) {
      copy(src, from + r * srcPitch, dst, to + r * dstPitch, count);
    }
  }

  @Override
  public void assemble(
      MemorySegment first,
      MemorySegment[] others,
      int[] counts,
      long begin,
      long end,
      MemorySegment dst) {
    long rowSize = 0;
    for (int count : counts) {
      rowSize += count;
    }
    long to = begin * rowSize;
    for (long r = begin; r < end; r++) {
      for (int i = 0; i < counts.length; i++) {
        copy(i == 0 ? first : others[i - 1], r * counts[i], dst, to, counts[i]);
        to += counts[i];
      }
    }
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
    if (channels >= LONG_PIXEL) {
      for (int i = 0; i < index.length; i++) {
        copy(src, from + (long) index[i] * channels, dst, to + i * pitch, channels);
      }
      return;
    }
    // Loops over the pairs of one pixel are too short.
    int pairs = channels / 2;
    for (int pair = 0; pair < pairs; pair++) {
      long in = from * Float.BYTES + (long) pair * Long.BYTES;
      long out = to * Float.BYTES + (long) pair * Long.BYTES;
      for (int i = 0; i < index.length; i++) {
        long both = src.get(JAVA_LONG_UNALIGNED, in + (long) index[i] * channels * Float.BYTES);
        dst.set(JAVA_LONG_UNALIGNED, out + i * pitch * Float.BYTES, both);
      }
    }
    if (channels % 2 != 0) {
      for (int i = 0; i < index.length; i++) {
        float last = get(src, from + (long) index[i] * channels + channels - 1);
        dst.setAtIndex(JAVA_FLOAT_UNALIGNED, to + i * pitch + channels - 1, last);
      }
    }
  }

  @Override
  public void colours(
      MemorySegment src, long from, long planeStride, MemorySegment dst, long to, int count) {
    for (int i = 0; i < count; i++) {
      for (int p = 0; p < Colours.COUNT; p++) {
        float element = get(src, from + p * planeStride + i);
        dst.setAtIndex(JAVA_FLOAT_UNALIGNED, to + (long) i * Colours.COUNT + p, element);
      }
    }
  }

  private static void copy(MemorySegment src, long from, MemorySegment dst, long to, int count) {
    for (int i = 0; i < count; i++) {
      dst.setAtIndex(JAVA_FLOAT_UNALIGNED, to + i, get(src, from + i));
    }
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
    for (int i = 0; i < low.length; i++) {
      mixRows(
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
    for (int i = 0; i < count; i++) {
      float mixture = Math.fma(get(b, bAt + i), bWeight, get(a, aAt + i) * aWeight);
      dst.setAtIndex(JAVA_FLOAT_UNALIGNED, to + i, mixture);
    }
  }

  private static float get(MemorySegment segment, long at) {
    return segment.getAtIndex(JAVA_FLOAT_UNALIGNED, at);
  }
}
