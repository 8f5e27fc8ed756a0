package io.github.conv4j.bench.tour;

import io.github.conv4j.Convolution;
import io.github.conv4j.Variants;
import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Boxes;
import io.github.conv4j.bench.picture.Ink;
import io.github.conv4j.bench.picture.Kernels;
import io.github.conv4j.bench.picture.Planes;
import java.util.List;

/** Colours are mixed within each group. */
final class PointwiseGroupedExhibit {
  private static final int SIZE = 170;

  /** Red from blue, green from red, blue from green; in 256ths. */
  private static final float[] TURNED = {0, 0, 256, 256, 0, 0, 0, 256, 0};

  private PointwiseGroupedExhibit() {}

  static Exhibit of(Photo photo) {
    Convolution convolution = Variants.pointwiseGrouped(6, 6, 2);
    Weights weights = Weights.of(convolution);
    float[] matrix = new float[36];
    for (int out = 0; out < 3; out++) {
      for (int in = 0; in < 3; in++) {
        float sepia = PointwiseExhibit.SEPIA[out * 3 + in];
        float turned = TURNED[out * 3 + in];
        weights.put(out, in, sepia).put(3 + out, in, turned);
        matrix[out * 6 + in] = sepia;
        matrix[(3 + out) * 6 + 3 + in] = turned;
      }
    }
    return new Exhibit(
        "Pointwise grouped",
        "A 1x1 kernel that mixes colours within each group only: the first photo turns sepia, the"
            + " second has its colours passed on in a ring. The empty quarters cost nothing.",
        List.of(
            Work.of(
                "groups 2",
                convolution,
                GroupedExhibit.pairShape(photo),
                GroupedExhibit.pairValues(photo),
                weights.values())),
        results -> drawing(photo, matrix, results.of(0)));
  }

  private static Box drawing(Photo photo, float[] matrix, Planes result) {
    Box outputs =
        Boxes.column(
            10,
            Boxes.labelled(
                Boxes.framed(Boxes.picture(result.colour(256 * 255), SIZE), Ink.channel(0)),
                "channels 0-2",
                Ink.channel(0)),
            Boxes.labelled(
                Boxes.framed(
                    Boxes.picture(result.colour(3, 4, 5, 256 * 255), SIZE), Ink.channel(1)),
                "channels 3-5",
                Ink.channel(1)));
    return Boxes.row(
        8,
        GroupedExhibit.inputs(photo, SIZE),
        Boxes.arrow(),
        Boxes.labelled(Kernels.grid(matrix, 6, 6, 32), "weights / 256, outputs down"),
        Boxes.arrow(),
        outputs);
  }
}
