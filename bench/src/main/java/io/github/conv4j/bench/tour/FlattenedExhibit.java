package io.github.conv4j.bench.tour;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Variants;
import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Boxes;
import io.github.conv4j.bench.picture.Kernels;
import java.util.List;

/** Three passes of one dimension each. */
final class FlattenedExhibit {
  private static final int KERNEL = 17;
  private static final int SIZE = 132;

  /** In 16ths. */
  private static final float[] GREY = {5, 9, 2};

  private FlattenedExhibit() {}

  static Exhibit of(Photo original) {
    Photo photo = original.shrunk(0.5);
    ConvolutionSequence sequence = Variants.flattened(3, 1, KERNEL);
    List<Convolution> passes = sequence.convolutions();
    float[] line = tent();
    return new Exhibit(
        "Flattened",
        "Three passes of one dimension each: across the colours, down the columns, along the rows."
            + " 3 + 17 + 17 weights cover a block of 3 x 17 x 17.",
        List.of(
            Work.of(
                "3 passes",
                sequence,
                photo,
                Weights.of(passes.get(0))
                    .put(0, 0, GREY[0])
                    .put(0, 1, GREY[1])
                    .put(0, 2, GREY[2])
                    .values(),
                line,
                line)),
        results -> drawing(photo, line, results));
  }

  /** Rises by one to the middle; small enough that sums stay exact. */
  private static float[] tent() {
    float[] tent = new float[KERNEL];
    for (int i = 0; i < KERNEL; i++) {
      tent[i] = Math.min(Math.min(i, KERNEL - 1 - i) + 1, 4);
    }
    return tent;
  }

  private static float sum(float[] values) {
    float sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  private static Box drawing(Photo photo, float[] line, Exhibit.Results results) {
    float white = 16 * 255;
    return Boxes.row(
        4,
        Boxes.labelled(Boxes.picture(photo.image(), SIZE), "photo"),
        pass(Kernels.grid(GREY, 3, 1, 22)),
        Boxes.labelled(
            Boxes.picture(results.of(0, 0).grey(0, white), SIZE), "1. across the colours"),
        pass(Kernels.grid(line, KERNEL, 1, 7)),
        Boxes.labelled(
            Boxes.picture(results.of(0, 1).grey(0, white * sum(line)), SIZE),
            "2. down the columns"),
        pass(Kernels.grid(line, 1, KERNEL, 3)),
        Boxes.labelled(
            Boxes.picture(results.of(0, 2).grey(0, white * sum(line) * sum(line)), SIZE),
            "3. along the rows"));
  }

  private static Box pass(Box kernel) {
    return Boxes.row(3, kernel, Boxes.arrow());
  }
}
