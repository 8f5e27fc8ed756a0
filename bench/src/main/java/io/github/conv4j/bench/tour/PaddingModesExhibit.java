package io.github.conv4j.bench.tour;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Variants;
import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Boxes;
import io.github.conv4j.bench.picture.Ink;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a window sees beyond the edge. */
final class PaddingModesExhibit {
  private static final List<PaddingMode> MODES = List.of(PaddingMode.values());

  private PaddingModesExhibit() {}

  static Exhibit of(Photo photo) {
    Photo small = photo.shrunk(0.5);
    int amount = Math.min(48, Math.min(small.width(), small.height()) / 3);
    List<Work> works = new ArrayList<>();
    for (PaddingMode mode : MODES) {
      Convolution convolution =
          Variants.depthwise(3, 3).toBuilder()
              .padding(Padding.symmetric(amount).mode(mode))
              .build();
      Weights weights = Weights.of(convolution);
      for (int channel = 0; channel < 3; channel++) {
        weights.put(channel, 0, Weights.BLUR_3);
      }
      works.add(Work.of(name(mode), convolution, small, weights.values()));
    }
    return new Exhibit(
        "Padding modes",
        "A wide border makes visible what the window sees beyond the edge of the photo (white"
            + " frame): nothing, a mirror, the last pixel, or the other side.",
        works,
        results -> drawing(small, amount, results));
  }

  private static Box drawing(Photo photo, int amount, Exhibit.Results results) {
    List<Box> pictures = new ArrayList<>();
    for (PaddingMode mode : MODES) {
      Box picture = Boxes.picture(results.of(MODES.indexOf(mode)).colour(16 * 255), 176);
      double scale = picture.width() / (photo.width() + 2.0 * amount);
      Box framed =
          Boxes.painted(
              picture.width(),
              picture.height(),
              g -> {
                picture.draw(g, 0, 0);
                g.setColor(Color.WHITE);
                g.setStroke(new BasicStroke(1));
                int border = (int) Math.round(amount * scale);
                g.drawRect(
                    border, border, picture.width() - 2 * border, picture.height() - 2 * border);
              });
      pictures.add(Boxes.labelled(framed, name(mode), Ink.DARK));
    }
    return Boxes.row(10, pictures);
  }

  private static String name(PaddingMode mode) {
    return mode.name().toLowerCase(Locale.ROOT);
  }
}
