package io.github.conv4j.internal.vector.product;

import io.github.conv4j.Geometry;
import io.github.conv4j.internal.prepared.Activation;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * The pixels of a source that outputs of a pointwise layer with strides meet, which it copies side
 * by side.
 *
 * @param src the source, its channels last, without gaps
 * @param d planes of outputs
 * @param h rows of outputs
 * @param w columns of outputs
 * @param planeStep from the source of an output to that of the next plane, in elements
 * @param rowStep to that of the next row
 * @param step to that of the next column
 */
record StridedPixels(Activation src, int d, int h, int w, long planeStep, long rowStep, long step) {
  static StridedPixels of(Activation src, List<Geometry.Axis> axes) {
    Geometry.Axis columns = axes.getLast();
    Geometry.Axis rows = axes.size() > 1 ? axes.get(axes.size() - 2) : null;
    Geometry.Axis planes = axes.size() > 2 ? axes.getFirst() : null;
    return new StridedPixels(
        src,
        planes == null ? 1 : Math.toIntExact(planes.dst()),
        rows == null ? 1 : Math.toIntExact(rows.dst()),
        Math.toIntExact(columns.dst()),
        planes == null ? 0 : planes.stride() * src.sd(),
        rows == null ? 0 : rows.stride() * src.sh(),
        columns.stride() * src.sw());
  }

  /** Copies the sources of some outputs, counted over all images. */
  void copy(MemorySegment from, int begin, int count, MemorySegment to) {
    long bytes = (long) src.c() * Float.BYTES;
    int column = begin % w;
    long row = begin / w;
    for (int p = 0; p < count; row++, column = 0) {
      long at = rowBegin(row);
      for (; p < count && column < w; p++, column++) {
        MemorySegment.copy(from, (at + column * step) * Float.BYTES, to, p * bytes, bytes);
      }
    }
  }

  /** Where the source of a row of outputs begins, the rows counted over all images. */
  private long rowBegin(long row) {
    long plane = row / h;
    return plane / d * src.sn() + plane % d * planeStep + row % h * rowStep;
  }
}
