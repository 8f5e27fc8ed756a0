package io.github.conv4j.bench.tour;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Variants;
import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Boxes;
import io.github.conv4j.bench.picture.Ink;
import io.github.conv4j.bench.picture.Kernels;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** First each colour on its own, then the mixture: like a dense kernel, for a fraction. */
final class DepthwiseSeparableExhibit {
  private static final int HUES = 16;
  private static final int KERNEL = 5;
  private static final int SIZE = 136;
  private static final int[] SHOWN = {0, 2, 4};

  private DepthwiseSeparableExhibit() {}

  static Exhibit of(Photo photo) {
    ConvolutionSequence separable = Variants.depthwiseSeparable(3, HUES, KERNEL);
    Convolution dense = Convolution.conv2d(3, HUES).kernel(KERNEL).build();
    Weights depthwise = Weights.of(separable.convolutions().getFirst());
    Weights pointwise = Weights.of(separable.convolutions().getLast());
    Weights product = Weights.of(dense);
    float[] mixture = new float[HUES * 3];
    for (int in = 0; in < 3; in++) {
      depthwise.put(in, 0, Weights.BLUR_5);
      for (int out = 0; out < HUES; out++) {
        float share = share(out, in);
        mixture[out * 3 + in] = share;
        pointwise.put(out, in, share);
        product.put(out, in, Weights.scaled(share, Weights.BLUR_5));
      }
    }
    return new Exhibit(
        "Depthwise separable",
        "First each colour is blurred on its own, then 1x1 kernels mix %d hues from the three. The"
                .formatted(HUES)
            + " dense kernel below gives the same numbers and takes ten times the work.",
        List.of(
            Work.of("separable", separable, photo, depthwise.values(), pointwise.values()),
            Work.of("dense", dense, photo, product.values())),
        results -> drawing(photo, mixture, product.values(), results));
  }

  /** How much a hue has of a colour: the cosine between them on the colour wheel, in eighths. */
  private static float share(int hue, int colour) {
    return Math.round(8 * Math.cos(2 * Math.PI * ((double) hue / HUES - colour / 3.0)));
  }

  private static Box drawing(
      Photo photo, float[] mixture, float[] product, Exhibit.Results results) {
    Box bar = Kernels.grid(mixture, HUES, 3, 8);
    Box blurs =
        Boxes.column(
            4,
            Kernels.grid(Weights.BLUR_5, 5, 5, 7),
            Kernels.grid(Weights.BLUR_5, 5, 5, 7),
            Kernels.grid(Weights.BLUR_5, 5, 5, 7));
    Box cheap =
        Boxes.row(
            8,
            Boxes.labelled(Boxes.picture(photo.image(), SIZE), "photo"),
            Boxes.arrow(),
            Boxes.labelled(blurs, "3 kernels 5x5"),
            Boxes.arrow(),
            Boxes.labelled(bar, "16x3 weights 1x1"),
            Boxes.arrow(),
            hues(results, 0));
    Box many = dense(product);
    Box expensive =
        Boxes.row(
            8,
            Boxes.labelled(many, "dense: 48 kernels 5x5, 1200 weights"),
            Boxes.arrow(),
            hues(results, 1),
            Boxes.labelled(
                Boxes.picture(Difference.of(results.of(0), results.of(1)), SIZE),
                "difference: black is zero"));
    return Boxes.column(16, cheap, expensive);
  }

  private static Box hues(Exhibit.Results results, int work) {
    List<Box> pictures = new ArrayList<>();
    int size = 90;
    for (int hue : SHOWN) {
      Color tint = Color.getHSBColor((float) hue / HUES, 0.85f, 1f);
      pictures.add(
          Boxes.picture(results.of(work).tinted(hue, tint, results.of(work).range(hue, 1)), size));
    }
    return Boxes.labelled(Boxes.row(3, pictures), "hues 0, 2 and 4 of 0 to 15", Ink.MUTED);
  }

  private static Box dense(float[] product) {
    List<Box> rows = new ArrayList<>();
    for (int row = 0; row < 4; row++) {
      List<Box> cells = new ArrayList<>();
      for (int column = 0; column < 12; column++) {
        int from = (row * 12 + column) * KERNEL * KERNEL;
        cells.add(
            Kernels.grid(
                Arrays.copyOfRange(product, from, from + KERNEL * KERNEL), KERNEL, KERNEL, 3));
      }
      rows.add(Boxes.row(2, cells));
    }
    return Boxes.column(2, rows);
  }
}
