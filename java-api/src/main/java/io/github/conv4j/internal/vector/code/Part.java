package io.github.conv4j.internal.vector.code;

import io.github.conv4j.internal.vector.base.VectorWidth;
import java.lang.foreign.MemorySegment;
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

  /** After so many C2 has counted enough to inline what makes a slice. */
  private static final int SLICES_TO_COUNT = 20_000;

  static {
    if (areSlices()) {
      makeSlices();
    }
  }

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

  /**
   * A part of this from a distance on, of which at most so much is used.
   *
   * @param size which C2 must know to be positive: else this becomes an object for good where the
   *     JVM has ever refused an empty slice (docs/adr/0057)
   */
  public Part part(Wide distance, Wide size) {
    return segment.part(from(distance), size);
  }

  /**
   * A kernel may be the first in a process that makes slices, and makes few of them in a call. C2
   * would take that for seldom, not inline it, and leave an object of each slice in compiled code
   * for good (docs/adr/0057).
   */
  private static void makeSlices() {
    MemorySegment slice = MemorySegment.NULL;
    for (int i = 0; i < SLICES_TO_COUNT; i++) {
      slice = slice.asSlice(0, 0);
    }
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
