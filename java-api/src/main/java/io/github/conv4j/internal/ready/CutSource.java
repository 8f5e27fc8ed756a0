package io.github.conv4j.internal.ready;

import io.github.conv4j.Geometry;
import io.github.conv4j.Padding;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Shape;
import java.util.List;

/** A source that becomes smaller along one axis after the other, with its padding. */
final class CutSource {
  private final PrepareRequest whole;
  private final List<Geometry.Axis> axes;
  private final long[] dims;
  private final long[] begins;
  private final long[] ends;

  /** Begins with the whole of a request's source. */
  CutSource(PrepareRequest whole) {
    this.whole = whole;
    axes = whole.geometry().axes();
    dims = whole.src().shape().dims();
    begins = axes.stream().mapToLong(Geometry.Axis::begin).toArray();
    ends = axes.stream().mapToLong(Geometry.Axis::end).toArray();
  }

  void keepImages(long kept) {
    dims[0] = kept;
  }

  void keepChannels(long kept) {
    dims[1] = kept;
  }

  /** Returns how much there is to cut along an axis: outputs, or of what is transposed sources. */
  long size(int axis) {
    return whole.convolution().isTransposed() ? axes.get(axis).src() : axes.get(axis).dst();
  }

  /** Keeps less than {@link #size}. */
  void keep(int i, long kept) {
    if (whole.convolution().isTransposed()) {
      dims[i + 2] = kept;
      return;
    }
    Geometry.Axis axis = axes.get(i);
    // Wide padding would leave mostly padding to such a small source.
    begins[i] = Math.min(1, axis.begin());
    ends[i] = Math.clamp(axis.end(), 0, 1);
    dims[i + 2] = (kept - 1) * axis.stride() + axis.span() - begins[i] - ends[i];
  }

  /**
   * Returns the shape of what is left.
   *
   * @throws IllegalArgumentException if nothing is
   */
  Shape shape() {
    return Shape.of(dims);
  }

  Padding padding() {
    return Padding.asymmetric(begins, ends).mode(whole.convolution().padding().mode());
  }
}
