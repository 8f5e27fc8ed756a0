package io.github.conv4j.examples.ocr;

import java.awt.Color;
import java.awt.Font;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A photo of a page that was never taken: lines of words and numbers in fonts of this machine, a
 * little slanted, with the noise of a sensor.
 *
 * @param lines what is written on it, from above
 */
public record DrawnPage(BufferedImage image, List<String> lines) {
  private static final int WIDTH = 640;
  private static final int HEIGHT = 480;
  private static final int MARGIN = 20;
  private static final int LEAST_SIZE = 18;
  private static final int MOST_SIZE = 38;
  private static final double MOST_SLANT = 0.02;
  private static final int MOST_NOISE = 6;
  private static final String[] FONTS = {Font.SANS_SERIF, Font.SERIF, Font.MONOSPACED};
  private static final String[] WORDS =
      """
      platform ticket station river market garden winter summer morning evening coffee bread window
      engine north south open closed street number total price order date please keep door push pull
      fresh fruit music theatre floor room exit danger library paper island bridge harbour mountain
      2026 1984 42 365 12:30 19.99 7 1000 B12 A4 48 3.14
      """
          .split("\\s+");

  /** Draws one; the same for the same seed, where the fonts are the same. */
  public static DrawnPage of(long seed) {
    var random = new Random(seed);
    var image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setPaint(new GradientPaint(0, 0, light(random), WIDTH, HEIGHT, light(random)));
    g.fillRect(0, 0, WIDTH, HEIGHT);
    List<String> lines = new ArrayList<>();
    int baseline = MARGIN;
    while (true) {
      int size = random.nextInt(LEAST_SIZE, MOST_SIZE + 1);
      baseline += size + random.nextInt(MARGIN / 2, MARGIN);
      if (baseline > HEIGHT - MARGIN) {
        break;
      }
      int style = random.nextInt(3) == 0 ? Font.BOLD : Font.PLAIN;
      g.setFont(new Font(FONTS[random.nextInt(FONTS.length)], style, size));
      g.setColor(dark(random));
      String line = fitting(g, random);
      int left = MARGIN + random.nextInt(WIDTH - 2 * MARGIN - g.getFontMetrics().stringWidth(line));
      Graphics2D slanted = (Graphics2D) g.create();
      slanted.rotate(MOST_SLANT * (2 * random.nextDouble() - 1), WIDTH / 2.0, baseline);
      slanted.drawString(line, left, baseline);
      slanted.dispose();
      lines.add(line);
    }
    g.dispose();
    addNoise(image, random);
    return new DrawnPage(image, List.copyOf(lines));
  }

  private static String fitting(Graphics2D g, Random random) {
    String line = word(random);
    for (int more = random.nextInt(1, 4); more > 0; more--) {
      String longer = line + " " + word(random);
      if (g.getFontMetrics().stringWidth(longer) < WIDTH - 3 * MARGIN) {
        line = longer;
      }
    }
    return line;
  }

  private static String word(Random random) {
    String word = WORDS[random.nextInt(WORDS.length)];
    return random.nextInt(3) == 0
        ? Character.toUpperCase(word.charAt(0)) + word.substring(1)
        : word;
  }

  private static Color light(Random random) {
    return colour(random, 160, 256);
  }

  private static Color dark(Random random) {
    return colour(random, 0, 90);
  }

  private static Color colour(Random random, int from, int to) {
    return new Color(random.nextInt(from, to), random.nextInt(from, to), random.nextInt(from, to));
  }

  private static void addNoise(BufferedImage image, Random random) {
    double deviation = MOST_NOISE * random.nextDouble();
    for (int y = 0; y < HEIGHT; y++) {
      for (int x = 0; x < WIDTH; x++) {
        int pixel = image.getRGB(x, y);
        int noisy = 0;
        for (int shift = 16; shift >= 0; shift -= 8) {
          long level = (pixel >> shift & 0xff) + Math.round(deviation * random.nextGaussian());
          noisy |= Math.clamp(level, 0, 255) << shift;
        }
        image.setRGB(x, y, noisy);
      }
    }
  }
}
