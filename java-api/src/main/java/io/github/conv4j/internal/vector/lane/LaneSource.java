package io.github.conv4j.internal.vector.lane;

/**
 * A rectangle of source pixels that {@link LaneKernels#spread} copies into a panel. Changed and
 * used again.
 */
final class LaneSource {
  /** Where the first pixel's vector of channels begins, in elements. */
  long begin;

  long rowStep;
  long step;
  int rows;
  int columns;

  /** From one row of the panel to the next, and from one input channel's panel to the next. */
  int rowPitch;

  int planeFloats;
}
