package io.github.conv4j.internal.compose;

import io.github.conv4j.tensor.Shape;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of an activation: one range a spatial axis, all of the batch and the channels.
 *
 * @param ranges in the order depth, height, width, as far as they exist
 */
public record Window(List<Range> ranges) {
  /** Copies the list. */
  public Window {
    ranges = List.copyOf(ranges);
  }

  /**
   * Elements {@code begin} to {@code begin + count - 1} of an axis.
   *
   * @param begin the first element
   * @param count the number of elements, at least 1
   */
  public record Range(long begin, long count) {
    // Written out: linking what the compiler makes takes milliseconds of a first prepare.
    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Range that && begin == that.begin && count == that.count;
    }

    @Override
    public int hashCode() {
      return Long.hashCode(begin * 31 + count);
    }
  }

  /** Returns the shape of the part. */
  public Shape of(Shape whole) {
    Shape part = whole;
    for (int i = 0; i < ranges.size(); i++) {
      part = part.with(i + 2, ranges.get(i).count());
    }
    return part;
  }

  /** Tells whether the part is the whole. */
  public boolean isAll(Shape whole) {
    for (int i = 0; i < ranges.size(); i++) {
      if (ranges.get(i).count() != whole.dim(i + 2)) {
        return false;
      }
    }
    return true;
  }
}
