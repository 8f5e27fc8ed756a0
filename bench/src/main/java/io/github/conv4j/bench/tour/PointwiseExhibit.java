package io.github.conv4j.bench.tour;

import io.github.conv4j.Variants;
import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Boxes;
import io.github.conv4j.bench.picture.Ink;
import io.github.conv4j.bench.picture.Kernels;
import io.github.conv4j.bench.picture.Planes;
import java.util.List;

/** A 1x1 kernel: colours are mixed, nothing moves. */
final class PointwiseExhibit {
  /** In 256ths. */
  static final float[] SEPIA = {101, 197, 48, 89, 176, 43, 70, 137, 34};

  private static final float[] GREY = {77, 150, 29};
  private static final float[] RED_GREEN = {256, -256, 0};
  private static final float[] BLUE_YELLOW = {-128, -128, 256};

  private PointwiseExhibit() {}

  static Exhibit of(Photo photo) {
    float[] weights = new float[18];
    System.arraycopy(SEPIA, 0, weights, 0, 9);
    System.arraycopy(GREY, 0, weights, 9, 3);
    System.arraycopy(RED_GREEN, 0, weights, 12, 3);
    System.arraycopy(BLUE_YELLOW, 0, weights, 15, 3);
    return new Exhibit(
        "Pointwise",
        "A 1x1 kernel mixes the colours of each pixel and looks at no neighbour. One row of the"
            + " matrix for each output channel: three make sepia, one grey, two compare colours.",
        List.of(Work.of("1x1", Variants.pointwise(3, 6), photo, weights)),
        results -> drawing(photo, weights, results.of(0)));
  }

  private static Box drawing(Photo photo, float[] weights, Planes result) {
    int size = 176;
    float white = 256 * 255;
    float full = result.range(4, 2);
    Box columnNames =
        Boxes.row(
            24,
            Boxes.text("R", 12, true, Ink.channel(0)),
            Boxes.text("G", 12, true, Ink.channel(1)),
            Boxes.text("B", 12, true, Ink.channel(2)));
    Box matrix = Boxes.column(3, columnNames, Kernels.grid(weights, 6, 3, 32));
    Box pictures =
        Boxes.column(
            8,
            Boxes.row(
                8,
                Boxes.labelled(Boxes.picture(result.colour(white), size), "rows 1-3: sepia"),
                Boxes.labelled(Boxes.picture(result.grey(3, white), size), "row 4: grey")),
            Boxes.row(
                8,
                Boxes.labelled(
                    Boxes.picture(result.signed(4, full), size), "row 5: red (+) or green (-)"),
                Boxes.labelled(
                    Boxes.picture(result.signed(5, full), size), "row 6: blue (+) or yellow (-)")));
    return Boxes.row(
        8,
        Boxes.labelled(Boxes.picture(photo.image(), size), "photo: R, G, B"),
        Boxes.arrow(),
        Boxes.labelled(matrix, "weights / 256"),
        Boxes.arrow(),
        pictures);
  }
}
