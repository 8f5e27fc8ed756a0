package io.github.conv4j.bench.tour;

import io.github.conv4j.Convolution;
import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Boxes;
import io.github.conv4j.bench.picture.Kernels;
import io.github.conv4j.bench.picture.Planes;
import java.util.ArrayList;
import java.util.List;

/** The plain convolution that all others are measured against. */
final class ConvolutionExhibit {
  private static final int KERNEL = 9;
  private static final String[] DIRECTIONS = {"0\u00b0", "45\u00b0", "90\u00b0", "135\u00b0"};

  private ConvolutionExhibit() {}

  static Exhibit of(Photo photo) {
    Convolution convolution =
        Convolution.conv2d(3, DIRECTIONS.length).kernel(KERNEL).padding(KERNEL / 2).build();
    Weights weights = Weights.of(convolution);
    for (int i = 0; i < DIRECTIONS.length; i++) {
      for (int channel = 0; channel < 3; channel++) {
        weights.put(i, channel, kernel(i));
      }
    }
    return new Exhibit(
        "Convolution",
        "A window slides over the picture; each output is the weighted sum of what the window sees."
            + " Four kernels, each answering to edges of one direction.",
        List.of(Work.of("dense", convolution, photo, weights.values())),
        results -> drawing(photo, results.of(0)));
  }

  private static float[] kernel(int direction) {
    return Weights.gabor(KERNEL, direction * Math.PI / DIRECTIONS.length, KERNEL - 1);
  }

  private static Box drawing(Photo photo, Planes result) {
    float full = result.range(0, result.count());
    List<Box> columns = new ArrayList<>();
    for (int i = 0; i < DIRECTIONS.length; i++) {
      Box strength = Boxes.picture(result.strength(i, full), 130);
      columns.add(
          Boxes.column(
              10,
              Kernels.grid(kernel(i), KERNEL, KERNEL, 7),
              Boxes.labelled(strength, DIRECTIONS[i])));
    }
    Box input = Boxes.labelled(Boxes.picture(photo.image(), 140), "photo");
    return Boxes.row(6, input, Boxes.arrow(), Boxes.row(8, columns));
  }
}
