package io.github.conv4j.bench.tour;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.Variants;
import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Boxes;
import io.github.conv4j.bench.picture.Ink;
import io.github.conv4j.bench.picture.Kernels;
import io.github.conv4j.bench.picture.Planes;
import io.github.conv4j.tensor.Shape;
import java.util.List;

/** Two photos in one tensor, each seen by its own group only. */
final class GroupedExhibit {
  private static final int SIZE = 170;

  private GroupedExhibit() {}

  static Exhibit of(Photo original) {
    Photo photo = original.shrunk(0.5);
    Convolution convolution = Variants.grouped(6, 6, 7, 2).withPadding(Padding.same());
    Weights weights = Weights.of(convolution);
    for (int channel = 0; channel < 3; channel++) {
      weights.put(channel, channel, Weights.BLUR_7);
      weights.put(3 + channel, channel, Weights.MEXICAN_HAT);
    }
    return new Exhibit(
        "Grouped",
        "Six channels in two groups: the first group sees only the first photo and blurs it, the"
            + " second sees only the second and finds its edges. Half the weights do not exist.",
        List.of(
            Work.of(
                "groups 2", convolution, pairShape(photo), pairValues(photo), weights.values())),
        results -> drawing(photo, results.of(0)));
  }

  /** The photo and its mirror image as channels 0 to 2 and 3 to 5. */
  static Shape pairShape(Photo photo) {
    return photo.shape().with(1, 6);
  }

  static float[] pairValues(Photo photo) {
    float[] one = photo.values();
    float[] pair = new float[2 * one.length];
    System.arraycopy(one, 0, pair, 0, one.length);
    System.arraycopy(photo.mirrored().values(), 0, pair, one.length, one.length);
    return pair;
  }

  static Box inputs(Photo photo, int size) {
    return Boxes.column(
        10,
        Boxes.labelled(
            Boxes.framed(Boxes.picture(photo.image(), size), Ink.channel(0)),
            "channels 0-2",
            Ink.channel(0)),
        Boxes.labelled(
            Boxes.framed(Boxes.picture(photo.mirrored().image(), size), Ink.channel(1)),
            "channels 3-5",
            Ink.channel(1)));
  }

  private static Box drawing(Photo photo, Planes result) {
    Box connections =
        Boxes.labelled(
            Kernels.connections(6, 6, 2, 16), "which input (across) reaches which output (down)");
    Box kernels =
        Boxes.row(
            30,
            Boxes.labelled(Kernels.grid(Weights.BLUR_7, 7, 7, 16), "group 1: blur", Ink.channel(0)),
            Boxes.labelled(
                Kernels.grid(Weights.MEXICAN_HAT, 7, 7, 16), "group 2: edges", Ink.channel(1)));
    float full = result.range(3, 3);
    Box outputs =
        Boxes.column(
            10,
            Boxes.labelled(
                Boxes.framed(Boxes.picture(result.colour(4096 * 255), SIZE), Ink.channel(0)),
                "channels 0-2",
                Ink.channel(0)),
            Boxes.labelled(
                Boxes.framed(Boxes.picture(result.colour(3, 4, 5, full), SIZE), Ink.channel(1)),
                "channels 3-5",
                Ink.channel(1)));
    return Boxes.row(
        8,
        inputs(photo, SIZE),
        Boxes.arrow(),
        Boxes.column(24, kernels, connections),
        Boxes.arrow(),
        outputs);
  }
}
