package io.github.conv4j.bench.equal;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.MemorySegment;

/** A copy between dense channels-first and channels-last, in squares that fit a cache. */
final class LayoutCopy {
  private static final int SIDE = 64;
  private static final int PITCH = SIDE + 1;

  private final MemorySegment from;
  private final MemorySegment to;
  private final int images;
  private final int rows;
  private final int columns;
  private final float[] square = new float[SIDE * PITCH];
  private final float[] line = new float[SIDE];

  LayoutCopy(Tensor from, Tensor to) {
    this.from = from.segment();
    this.to = to.segment();
    var shape = from.spec().shape();
    images = Math.toIntExact(shape.dim(0));
    int channels = Math.toIntExact(shape.dim(1));
    int pixels = Math.toIntExact(shape.elementCount() / images / channels);
    boolean fromLast = ((Layout.Plain) from.spec().layout()).isChannelsLast();
    rows = fromLast ? pixels : channels;
    columns = fromLast ? channels : pixels;
  }

  void run() {
    for (int n = 0; n < images; n++) {
      long image = (long) n * rows * columns;
      for (int r = 0; r < rows; r += SIDE) {
        for (int c = 0; c < columns; c += SIDE) {
          turn(image, r, Math.min(SIDE, rows - r), c, Math.min(SIDE, columns - c));
        }
      }
    }
  }

  private void turn(long image, int row, int height, int column, int width) {
    for (int r = 0; r < height; r++) {
      long at = (image + (long) (row + r) * columns + column) * Float.BYTES;
      MemorySegment.copy(from, JAVA_FLOAT, at, square, r * PITCH, width);
    }
    for (int c = 0; c < width; c++) {
      for (int r = 0; r < height; r++) {
        line[r] = square[r * PITCH + c];
      }
      long at = (image + (long) (column + c) * rows + row) * Float.BYTES;
      MemorySegment.copy(line, 0, to, JAVA_FLOAT, at, height);
    }
  }
}
