package io.github.conv4j.bench.tour;

import io.github.conv4j.Convolution;
import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Boxes;
import io.github.conv4j.bench.picture.Kernels;
import io.github.conv4j.bench.picture.Planes;
import io.github.conv4j.tensor.Shape;
import java.util.List;

/** What deep learning calls convolution, and what mathematics does. */
final class FlippedKernelExhibit {
  private static final int HEIGHT = 40;
  private static final int WIDTH = 60;
  private static final int[][] DOTS = {{8, 8}, {12, 34}, {28, 18}, {30, 48}};

  /** A letter that looks different when turned. */
  private static final float[] LETTER = {
    1, 1, 1, 1, 1,
    1, 0, 0, 0, 0,
    1, 0, 0, 0, 0,
    1, 1, 1, 1, 0,
    1, 0, 0, 0, 0,
    1, 0, 0, 0, 0,
    1, 0, 0, 0, 0,
  };

  private FlippedKernelExhibit() {}

  static Exhibit of(Photo photo) {
    Convolution letter = Convolution.conv2d(1, 1).kernel(7, 5).padding(3, 2).build();
    Convolution emboss = Convolution.conv2d(3, 1).kernel(3).padding(1).build();
    Convolution flippedEmboss = emboss.toBuilder().flippedKernel().build();
    float[] relief =
        Weights.of(emboss)
            .put(0, 0, Weights.EMBOSS)
            .put(0, 1, Weights.EMBOSS)
            .put(0, 2, Weights.EMBOSS)
            .values();
    var dots = Shape.of(1, 1, HEIGHT, WIDTH);
    return new Exhibit(
        "True convolution",
        "Cross-correlation, which deep learning calls convolution, stamps the kernel upside down on"
            + " every dot; true convolution flips the kernel first. Light changes its side.",
        List.of(
            Work.of("dots", letter, dots, dots(), LETTER),
            Work.of(
                "dots flipped", letter.toBuilder().flippedKernel().build(), dots, dots(), LETTER),
            Work.of("relief", emboss, photo, relief),
            Work.of("relief flipped", flippedEmboss, photo, relief)),
        results -> drawing(photo, results));
  }

  private static float[] dots() {
    float[] values = new float[HEIGHT * WIDTH];
    for (int[] dot : DOTS) {
      values[dot[0] * WIDTH + dot[1]] = 255;
    }
    return values;
  }

  private static Box drawing(Photo photo, Exhibit.Results results) {
    int size = 180;
    Box letter = Kernels.grid(LETTER, 7, 5, 12);
    Box emboss = Kernels.grid(Weights.EMBOSS, 3, 3, 22);
    Planes dots = new Planes(dots(), 1, HEIGHT, WIDTH);
    float full = results.of(2).range(0, 1);
    return Boxes.row(
        14,
        Boxes.column(
            10,
            Boxes.labelled(Boxes.picture(dots.grey(0, 255), size), "dots"),
            Boxes.labelled(Boxes.picture(photo.image(), size), "photo")),
        Boxes.column(62, letter, emboss),
        Boxes.column(
            10,
            Boxes.labelled(Boxes.picture(results.of(0).grey(0, 255), size), "cross-correlation"),
            Boxes.labelled(
                Boxes.picture(results.of(2).relief(0, full), size), "cross-correlation")),
        Boxes.column(
            10,
            Boxes.labelled(Boxes.picture(results.of(1).grey(0, 255), size), "true convolution"),
            Boxes.labelled(
                Boxes.picture(results.of(3).relief(0, full), size), "true convolution")));
  }
}
