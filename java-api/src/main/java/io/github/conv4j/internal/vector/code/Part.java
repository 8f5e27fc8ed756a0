package io.github.conv4j.internal.vector.code;

import io.github.conv4j.internal.vector.base.VectorWidth;
import org.jspecify.annotations.Nullable;

/**
 * A part of a memory segment; distances are in bytes from where it begins.
 *
 * <p>Up to 256 bits it is a slice: accesses of slices with the same size at the same distance take
 * one check together, and no object stays in compiled code. At 512 bits C2 was measured to make an
 * object of each slice in many JVMs, so that there it is a place in the whole segment.
 */
public final class Part {
  private static final int MOST_SLICED_BITS = 256;

  private final Segment segment;
  private final @Nullable WideVariable begin;

  Part(Segment segment, @Nullable WideVariable begin) {
    this.segment = segment;
    this.begin = begin;
  }

  /** Whether accesses of several parts take one check together. */
  public static boolean areSlices() {
    return VectorWidth.BITS <= MOST_SLICED_BITS;
  }

  /** The float at a distance. */
  public Real at(Wide distance) {
    return segment.at(from(distance));
  }

  /** The vector that begins at a distance. */
  public Vector vector(Wide distance) {
    return segment.vector(from(distance));
  }

  /** Writes a vector from a distance on. */
  public void store(Wide distance, Vector vector) {
    segment.store(from(distance), vector);
  }

  private Wide from(Wide distance) {
    return begin == null ? distance : begin.plus(distance);
  }
}
