package io.github.conv4j.examples.ocr;

import java.awt.Color;
import java.awt.Font;
import java.awt.GradientPaint;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.util.List;

/** A photo of a sign that was never taken: drawn, with slanted lines. */
public final class Sign {
  /** What is written on it. */
  public static final List<String> LINES =
      List.of(
          "Welcome aboard", "Express to Lisbon 18:45", "Mind the gap", "Quiet coach, no phones");

  private static final int WIDTH = 800;
  private static final int HEIGHT = 480;
  private static final int[] SIZES = {64, 48, 44, 40};
  private static final double[] SLANTS = {-0.05, 0, 0.06, 0};

  private Sign() {}

  /** Draws it; always the same. */
  public static BufferedImage draw() {
    var image = new BufferedImage(WIDTH, HEIGHT, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setPaint(new GradientPaint(0, 0, new Color(0x27496d), WIDTH, HEIGHT, new Color(0x0c7b93)));
    g.fillRect(0, 0, WIDTH, HEIGHT);
    g.setColor(new Color(0xf5f1e3));
    g.fillRoundRect(40, 250, 720, 200, 30, 30);
    for (int i = 0; i < LINES.size(); i++) {
      g.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, SIZES[i]));
      g.setColor(i < 2 ? new Color(0xfdf6e3) : new Color(0x1f2328));
      Graphics2D turned = (Graphics2D) g.create();
      turned.translate(70 + 20 * i, 110 + 105 * i);
      turned.rotate(SLANTS[i]);
      turned.drawString(LINES.get(i), 0, 0);
      turned.dispose();
    }
    g.dispose();
    return image;
  }
}
