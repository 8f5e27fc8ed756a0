package io.github.conv4j.bench.tour;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.Variants;
import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Boxes;
import io.github.conv4j.bench.picture.Kernels;
import io.github.conv4j.bench.picture.Planes;
import io.github.conv4j.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/** A kernel that also reaches into the past and the future of a film. */
final class VolumetricExhibit {
  private static final int FRAMES = 8;
  private static final int[] SHOWN = {2, 4, 6};
  private static final int SIZE = 176;

  private VolumetricExhibit() {}

  static Exhibit of(Photo photo) {
    Photo scene = photo.shrunk(0.5);
    Convolution convolution = Variants.volumetric(3, 1, 3).withPadding(Padding.same());
    float[] kernel = new float[27];
    for (int i = 0; i < 9; i++) {
      kernel[i] = -Weights.BLUR_3[i];
      kernel[18 + i] = Weights.BLUR_3[i];
    }
    Weights weights = Weights.of(convolution);
    for (int channel = 0; channel < 3; channel++) {
      weights.put(0, channel, kernel);
    }
    Shape src = Shape.of(1, 3, FRAMES, scene.height(), scene.width());
    float[] film = film(scene);
    return new Exhibit(
        "3D",
        "On a film the kernel also spans time: the next frame minus the one before. The still photo"
            + " vanishes; only the round cut-out that moves across it is left.",
        List.of(Work.of("film", convolution, src, film, weights.values())),
        results -> drawing(Planes.of(film, src), results.of(0)));
  }

  /** A round part of the photo, taken around the nose, moves from left to right. */
  private static float[] film(Photo scene) {
    float[] still = scene.values();
    int width = scene.width();
    int height = scene.height();
    int plane = width * height;
    int radius = Math.min(width, height) / 6;
    int fromX = width * 58 / 100;
    int fromY = Math.clamp(height * 80 / 100, radius, height - radius - 1);
    float[] film = new float[3 * FRAMES * plane];
    for (int channel = 0; channel < 3; channel++) {
      for (int frame = 0; frame < FRAMES; frame++) {
        int at = (channel * FRAMES + frame) * plane;
        System.arraycopy(still, channel * plane, film, at, plane);
        int toX = radius + (width - 2 * radius - 1) * frame / (FRAMES - 1);
        int toY = height / 3 + (int) (height * 0.12 * Math.sin(frame));
        for (int y = -radius; y <= radius; y++) {
          for (int x = -radius; x <= radius; x++) {
            boolean onFilm = toY + y >= 0 && toY + y < height;
            if (onFilm && x * x + y * y <= radius * radius) {
              int fromColumn = Math.clamp((long) fromX + x, 0, width - 1);
              film[at + (toY + y) * width + toX + x] =
                  still[channel * plane + (fromY + y) * width + fromColumn];
            }
          }
        }
      }
    }
    return film;
  }

  private static Box drawing(Planes film, Planes result) {
    float full = result.range(1, FRAMES - 2) * 1.5f;
    List<Box> frames = new ArrayList<>();
    List<Box> motions = new ArrayList<>();
    for (int frame : SHOWN) {
      frames.add(
          Boxes.labelled(
              Boxes.picture(film.colour(frame, FRAMES + frame, 2 * FRAMES + frame, 255), SIZE),
              "frame " + frame));
      motions.add(
          Boxes.labelled(
              Boxes.picture(result.signed(frame, full), SIZE), "motion at frame " + frame));
    }
    Box kernel =
        Boxes.column(
            6,
            Boxes.labelled(Kernels.grid(Weights.scaled(-1, Weights.BLUR_3), 3, 3, 20), "before"),
            Boxes.labelled(Kernels.grid(new float[9], 3, 3, 20), "now"),
            Boxes.labelled(Kernels.grid(Weights.BLUR_3, 3, 3, 20), "after"));
    return Boxes.row(18, kernel, Boxes.column(10, Boxes.row(8, frames), Boxes.row(8, motions)));
  }
}
