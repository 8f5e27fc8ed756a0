package io.github.conv4j.examples.spark;

import io.github.conv4j.examples.ocr.Normalization;
import io.github.conv4j.examples.ocr.OcrFiles;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import javax.imageio.ImageIO;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Pictures to try, and networks for them. */
final class Album {
  /** Of the classifier's pictures. */
  static final int[] SIZE = {48, 192};

  static final Normalization NORMALIZATION =
      new Normalization(1 / 255.0, new double[] {0.5}, new double[] {0.5});

  private Album() {}

  static OcrFiles files() {
    return OcrFiles.in(Path.of(Objects.requireNonNull(System.getProperty(OcrFiles.PROPERTY))));
  }

  /** Tells whether a line of text stands on its head. */
  static NetworkModel classifier(SparkSession spark) throws IOException {
    return NetworkModel.of(
        JavaSparkContext.fromSparkContext(spark.sparkContext()),
        files().classifier(),
        SIZE,
        NORMALIZATION);
  }

  /** Draws pictures, each another one. */
  static void draw(Path folder, int count) throws IOException {
    Files.createDirectories(folder);
    for (int i = 0; i < count; i++) {
      Files.write(folder.resolve("good%03d.png".formatted(i)), png(picture(i)));
    }
  }

  static BufferedImage picture(long seed) {
    var random = new Random(seed);
    var image = new BufferedImage(200 + random.nextInt(50), 60, BufferedImage.TYPE_INT_RGB);
    var g = image.createGraphics();
    for (int i = 0; i < 20; i++) {
      g.setColor(new Color(random.nextInt(1 << 24)));
      g.fillRect(random.nextInt(200), random.nextInt(50), random.nextInt(50), random.nextInt(20));
    }
    g.dispose();
    return image;
  }

  static byte[] png(BufferedImage image) throws IOException {
    var bytes = new ByteArrayOutputStream();
    ImageIO.write(image, "png", bytes);
    return bytes.toByteArray();
  }

  /** Writes what is no good picture; returns how many files. */
  static int spoil(Path folder) throws IOException {
    byte[] good = png(picture(-1));
    Files.write(folder.resolve("bad-empty.png"), new byte[0]);
    Files.write(folder.resolve("bad-text.jpg"), new byte[] {'n', 'o', 't', 'e'});
    Files.write(folder.resolve("bad-cut.png"), Arrays.copyOf(good, good.length / 2));
    Files.write(folder.resolve("bad-head.png"), Arrays.copyOf(good, 20));
    // A picture of 2^31 - 1 by 2^31 - 1, as its header says.
    byte[] huge = good.clone();
    byte[] side = {0x7f, -1, -1, -1};
    System.arraycopy(side, 0, huge, 16, side.length);
    System.arraycopy(side, 0, huge, 20, side.length);
    Files.write(folder.resolve("bad-huge.png"), huge);
    byte[] large = Arrays.copyOf(good, (int) LIMITS.fileBytes() + 1);
    Files.write(folder.resolve("bad-large.png"), large);
    return 6;
  }

  static final Limits LIMITS = new Limits(1 << 20, 1_000_000);
}
