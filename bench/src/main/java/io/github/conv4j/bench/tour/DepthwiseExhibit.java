package io.github.conv4j.bench.tour;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.Variants;
import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Boxes;
import io.github.conv4j.bench.picture.Ink;
import io.github.conv4j.bench.picture.Kernels;
import io.github.conv4j.bench.picture.Planes;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** Each colour has a kernel of its own. */
final class DepthwiseExhibit {
  private static final int SIZE = 140;
  private static final float[][] KERNELS = {Weights.SOBEL_X_5, Weights.BLUR_5, Weights.SOBEL_Y_5};
  private static final String[] NAMES = {"upright edges", "blur", "level edges"};
  private static final String[] COLOURS = {"red", "green", "blue"};

  private DepthwiseExhibit() {}

  static Exhibit of(Photo original) {
    Photo photo = original.shrunk(0.5);
    Convolution convolution = Variants.depthwise(3, 5).withPadding(Padding.same());
    Weights weights = Weights.of(convolution);
    for (int channel = 0; channel < 3; channel++) {
      weights.put(channel, 0, KERNELS[channel]);
    }
    return new Exhibit(
        "Depthwise",
        "Each channel has one kernel of its own and never meets the others: red is searched for"
            + " upright edges, green is blurred, blue is searched for level edges.",
        List.of(Work.of("3 channels", convolution, photo, weights.values())),
        results -> drawing(photo.planes(), results.of(0)));
  }

  private static Box drawing(Planes src, Planes result) {
    List<Box> rows = new ArrayList<>();
    for (int channel = 0; channel < 3; channel++) {
      float full = channel == 1 ? 256 * 255 : result.range(channel, 1) * 0.6f;
      Box out =
          channel == 1
              ? Boxes.picture(result.tinted(channel, Ink.channel(channel), full), SIZE)
              : Boxes.picture(magnitude(result, channel, full), SIZE);
      rows.add(
          Boxes.row(
              14,
              Boxes.labelled(
                  Boxes.picture(src.tinted(channel, Ink.channel(channel), 255), SIZE),
                  COLOURS[channel],
                  Ink.channel(channel)),
              Boxes.arrow(),
              Kernels.grid(KERNELS[channel], 5, 5, 19),
              Boxes.arrow(),
              Boxes.labelled(out, NAMES[channel], Ink.channel(channel))));
    }
    return Boxes.column(8, rows);
  }

  private static BufferedImage magnitude(Planes result, int channel, float full) {
    float[] values = result.values().clone();
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i]);
    }
    return new Planes(values, result.count(), result.height(), result.width())
        .tinted(channel, Ink.channel(channel), full);
  }
}
