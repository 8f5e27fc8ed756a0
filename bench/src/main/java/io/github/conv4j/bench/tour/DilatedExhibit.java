package io.github.conv4j.bench.tour;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Variants;
import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Boxes;
import io.github.conv4j.bench.picture.Kernels;
import io.github.conv4j.bench.picture.Planes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Nine taps, further and further apart. */
final class DilatedExhibit {
  private static final int[] DILATIONS = {1, 2, 4};
  private static final int SIZE = 168;
  private static final float BLUR_SUM = 16 * 16 * 16;

  private DilatedExhibit() {}

  static Exhibit of(Photo photo) {
    List<Work> works = new ArrayList<>();
    for (int dilation : DILATIONS) {
      Convolution convolution = Variants.dilated(3, 1, 3, dilation);
      float[] weights =
          Weights.of(convolution)
              .put(0, 0, Weights.EDGES)
              .put(0, 1, Weights.EDGES)
              .put(0, 2, Weights.EDGES)
              .values();
      works.add(Work.of("dilation " + dilation, convolution, photo, weights));
    }
    works.add(stack(photo.shrunk(0.5)));
    return new Exhibit(
        "Dilated",
        "The same nine weights with their taps 1, 2 and 4 apart find fine, middle and coarse edges"
            + " for the same price. Stacked, windows of 3 see 3, then 7, then 15 pixels.",
        works,
        DilatedExhibit::drawing);
  }

  private static Work stack(Photo photo) {
    Convolution[] steps =
        Arrays.stream(DILATIONS)
            .mapToObj(dilation -> Variants.dilated(3, 3, 3, dilation).toBuilder().groups(3).build())
            .toArray(Convolution[]::new);
    float[] weights =
        Weights.of(steps[0])
            .put(0, 0, Weights.BLUR_3)
            .put(1, 0, Weights.BLUR_3)
            .put(2, 0, Weights.BLUR_3)
            .values();
    return Work.of(
        "stacked 1, 2, 4", ConvolutionSequence.of(steps), photo, weights, weights, weights);
  }

  private static Box drawing(Exhibit.Results results) {
    List<Box> columns = new ArrayList<>();
    for (int i = 0; i < DILATIONS.length; i++) {
      Planes result = results.of(i);
      columns.add(
          Boxes.column(
              10,
              Kernels.taps(3, DILATIONS[i], 15, 7),
              Boxes.labelled(
                  Boxes.picture(result.strength(0, result.range(0, 1)), SIZE),
                  "dilation %d sees %d".formatted(DILATIONS[i], 2 * DILATIONS[i] + 1))));
    }
    columns.add(
        Boxes.column(
            10,
            Kernels.taps(15, 1, 15, 7),
            Boxes.labelled(
                Boxes.picture(results.of(3).colour(BLUR_SUM * 255), SIZE),
                "27 weights stacked see 15")));
    return Boxes.row(10, columns);
  }
}
