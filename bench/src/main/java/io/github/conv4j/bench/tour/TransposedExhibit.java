package io.github.conv4j.bench.tour;

import io.github.conv4j.Convolution;
import io.github.conv4j.Variants;
import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Boxes;
import io.github.conv4j.bench.picture.Ink;
import io.github.conv4j.bench.picture.Kernels;
import io.github.conv4j.bench.picture.Planes;
import java.util.Arrays;
import java.util.List;

/** Every pixel is painted out with a kernel; where kernels overlap unevenly, a pattern shows. */
final class TransposedExhibit {
  /** The eye of the cat on the photo that ships. */
  private static final double[] CENTRE = {0.38, 0.38};

  private static final float[] SMOOTH = Weights.outer(1, 3, 3, 1);

  private TransposedExhibit() {}

  static Exhibit of(Photo photo) {
    Photo part = photo.part(CENTRE[0], CENTRE[1], 64, 43);
    float[] even = new float[9];
    Arrays.fill(even, 1);
    Work uneven = work("kernel 3", 3, even, part);
    return new Exhibit(
        "Transposed",
        "Enlarges: each pixel is painted out with the kernel, two pixels apart. Kernel 3 overlaps"
            + " unevenly and leaves a checkerboard; kernel 4, a multiple of the stride, does not.",
        List.of(uneven, work("kernel 4", 4, SMOOTH, part)),
        results -> drawing(part, even, uneven, results));
  }

  private static Work work(String label, int kernel, float[] values, Photo part) {
    Convolution convolution = Variants.transposed(3, 3, kernel, 2).toBuilder().groups(3).build();
    Weights weights = Weights.of(convolution);
    for (int channel = 0; channel < 3; channel++) {
      weights.put(channel, 0, values);
    }
    return Work.of(label, convolution, part, weights.values());
  }

  private static Box doubled(Planes result, float white) {
    return Boxes.picture(result.colour(white), 2 * result.width(), 2 * result.height());
  }

  private static Box drawing(Photo part, float[] even, Work uneven, Exhibit.Results results) {
    Planes checkered = results.of(0);
    Planes smooth = results.of(1);
    Box pictures =
        Boxes.row(
            8,
            Boxes.labelled(
                Boxes.picture(part.image(), 2 * part.width(), 2 * part.height()),
                "src %d x %d".formatted(part.width(), part.height())),
            Boxes.arrow(),
            Boxes.column(
                8,
                Kernels.grid(even, 3, 3, 16),
                Boxes.labelled(
                    doubled(checkered, 2.25f * 255),
                    "kernel 3, stride 2: checkerboard",
                    Ink.POSITIVE)),
            Boxes.column(
                8,
                Kernels.grid(SMOOTH, 4, 4, 12),
                Boxes.labelled(doubled(smooth, 16 * 255), "kernel 4, stride 2: smooth")));
    String warning = uneven.warnings().isEmpty() ? "" : "warning: " + uneven.warnings().getFirst();
    return Boxes.column(10, pictures, Boxes.paragraph(warning, 12, Ink.POSITIVE, 700));
  }
}
