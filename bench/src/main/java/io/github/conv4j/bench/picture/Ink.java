package io.github.conv4j.bench.picture;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;

/** Colours, type sizes, and how text is measured. */
public final class Ink {
  /** Titles and numbers. */
  public static final Color DARK = new Color(0x1f2328);

  /** Captions. */
  public static final Color MUTED = new Color(0x57606a);

  /** Lines and frames. */
  public static final Color LINE = new Color(0xc9d1d9);

  /** Behind panels. */
  public static final Color SHEET = new Color(0xeceff2);

  /** Positive weights and results. */
  public static final Color POSITIVE = new Color(0xc2410c);

  /** Negative weights and results. */
  public static final Color NEGATIVE = new Color(0x1d4ed8);

  /** Groups and channels: red, green, blue. */
  private static final Color[] CHANNELS = {
    new Color(0xd1242f), new Color(0x1a7f37), new Color(0x0969da)
  };

  private static final Graphics2D MEASURE =
      prepared(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB).createGraphics());

  private Ink() {}

  /** Returns the colour of channel 0 (red), 1 (green) or 2 (blue). */
  public static Color channel(int index) {
    return CHANNELS[index];
  }

  static Font font(int size, boolean bold) {
    return new Font(Font.SANS_SERIF, bold ? Font.BOLD : Font.PLAIN, size);
  }

  static synchronized FontMetrics metrics(Font font) {
    return MEASURE.getFontMetrics(font);
  }

  /** Sets smooth text and lines whose widths do not depend on the scale. */
  static Graphics2D prepared(Graphics2D g) {
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_FRACTIONALMETRICS, RenderingHints.VALUE_FRACTIONALMETRICS_ON);
    g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
    return g;
  }

  /** Returns the colour of a number from -1 to 1: blue, white at 0, orange. */
  static Color diverging(double value) {
    double share = Math.clamp(Math.abs(value), 0.0, 1.0);
    Color end = value < 0 ? NEGATIVE : POSITIVE;
    return new Color(
        mixed(0xff, end.getRed(), share),
        mixed(0xff, end.getGreen(), share),
        mixed(0xff, end.getBlue(), share));
  }

  private static int mixed(int from, int to, double share) {
    return (int) Math.round(from + share * (to - from));
  }
}
