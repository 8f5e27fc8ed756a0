package io.github.conv4j.bench.tour;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.SeparableKernel;
import io.github.conv4j.Variants;
import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Boxes;
import io.github.conv4j.bench.picture.Kernels;
import io.github.conv4j.bench.picture.Planes;
import java.awt.image.BufferedImage;
import java.util.List;

/** A kernel of rank 1 as a column and a row. */
final class SpatiallySeparableExhibit {

  /** Close to a bell; the middle is a power of two, so that the factors are exact. */
  private static final float[] BELL = {1, 3, 7, 12, 16, 12, 7, 3, 1};

  private static final float[] BLUR = Weights.outer(BELL);
  private static final float BLUR_SUM = 62 * 62;

  private SpatiallySeparableExhibit() {}

  static Exhibit of(Photo original) {
    Photo photo = original.shrunk(0.5);
    return new Exhibit(
        "Spatially separable",
        "A kernel of rank 1 is a column times a row: 9 + 9 weights do the work of 81, and Sobel's"
            + " 3 + 3 that of 9. The results are equal to the last bit.",
        List.of(
            full("9x9", 9, BLUR, photo),
            factored("9x1 then 1x9", 9, BLUR, photo),
            full("Sobel 3x3", 3, Weights.SOBEL_X, photo),
            factored("Sobel 3x1 then 1x3", 3, Weights.SOBEL_X, photo)),
        results -> drawing(photo, results));
  }

  private static Work full(String label, int size, float[] kernel, Photo photo) {
    Convolution convolution = Convolution.conv2d(3, 3).kernel(size).groups(3).bias(false).build();
    return Work.of(label, convolution, photo, onEachChannel(convolution, kernel));
  }

  private static Work factored(String label, int size, float[] kernel, Photo photo) {
    ConvolutionSequence sequence = Variants.spatiallySeparable(3, size, size);
    SeparableKernel factors = SeparableKernel.factor(kernel, size, size);
    return Work.of(
        label,
        sequence,
        photo,
        onEachChannel(sequence.convolutions().getFirst(), factors.column()),
        onEachChannel(sequence.convolutions().getLast(), factors.row()));
  }

  private static float[] onEachChannel(Convolution convolution, float[] kernel) {
    Weights weights = Weights.of(convolution);
    for (int channel = 0; channel < 3; channel++) {
      weights.put(channel, 0, kernel);
    }
    return weights.values();
  }

  private static Box drawing(Photo photo, Exhibit.Results results) {
    float edges = results.of(2).range(0, 3);
    Box blurred =
        line(
            Kernels.grid(BLUR, 9, 9, 8),
            Kernels.grid(BELL, 9, 1, 8),
            Kernels.grid(BELL, 1, 9, 8),
            results.of(0).colour(BLUR_SUM * 255),
            results.of(1).colour(BLUR_SUM * 255),
            Difference.of(results.of(0), results.of(1)));
    Box sobel =
        line(
            Kernels.grid(Weights.SOBEL_X, 3, 3, 22),
            Kernels.grid(new float[] {1, 2, 1}, 3, 1, 22),
            Kernels.grid(new float[] {-1, 0, 1}, 1, 3, 22),
            magnitude(results.of(2), edges),
            magnitude(results.of(3), edges),
            Difference.of(results.of(2), results.of(3)));
    return Boxes.row(
        10,
        Boxes.labelled(Boxes.picture(photo.image(), 112), "photo"),
        Boxes.column(12, blurred, sobel));
  }

  private static Box line(
      Box kernel,
      Box column,
      Box row,
      BufferedImage full,
      BufferedImage factored,
      BufferedImage difference) {
    int size = 112;
    return Boxes.row(
        7,
        Boxes.row(4, kernel, Boxes.sign("="), column, Boxes.sign("\u00d7"), row),
        Boxes.arrow(),
        Boxes.labelled(Boxes.picture(full, size), "full"),
        Boxes.labelled(Boxes.picture(factored, size), "factored"),
        Boxes.labelled(Boxes.picture(difference, size), "difference"));
  }

  private static BufferedImage magnitude(Planes result, float full) {
    float[] values = new float[result.height() * result.width()];
    for (int i = 0; i < result.values().length; i++) {
      int pixel = i % values.length;
      values[pixel] = Math.max(values[pixel], Math.abs(result.values()[i]));
    }
    return new Planes(values, 1, result.height(), result.width()).strength(0, full);
  }
}
