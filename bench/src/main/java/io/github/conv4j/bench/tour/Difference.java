package io.github.conv4j.bench.tour;

import io.github.conv4j.bench.picture.Planes;
import java.awt.image.BufferedImage;

/** Where two results differ: black where they are equal, white where they are far apart. */
final class Difference {
  private Difference() {}

  static BufferedImage of(Planes a, Planes b) {
    float[] differences = new float[a.height() * a.width()];
    float full = Math.max(a.range(0, a.count()), 1) / 100;
    for (int i = 0; i < a.values().length; i++) {
      int pixel = i % differences.length;
      float difference = Math.abs(a.values()[i] - b.values()[i]);
      differences[pixel] = Math.max(differences[pixel], difference);
    }
    return new Planes(differences, 1, a.height(), a.width()).grey(0, full);
  }
}
