package io.github.conv4j.internal.vector.depthwise;

import java.lang.foreign.MemorySegment;

/** Convolves all channels of neighbouring pixels of one row of a band. */
interface BandBlockKernel {
  void run(Band band, MemorySegment src, MemorySegment dst, int row, int pixel);

  /** Returns what takes blocks of so many pixels, at most as many as a row has. */
  default BandKernel inBlocks(int pixels) {
    return (band, src, dst) -> {
      for (int row = 0; row < band.rows; row++) {
        band.takeRow(row);
        if (band.readsAhead) {
          band.readAhead(row, src);
        }
        for (int pixel = 0; pixel < band.count; pixel += pixels) {
          // The last block begins early rather than reach beyond the last pixel.
          run(band, src, dst, row, Math.min(pixel, band.count - pixels));
        }
      }
    };
  }
}
