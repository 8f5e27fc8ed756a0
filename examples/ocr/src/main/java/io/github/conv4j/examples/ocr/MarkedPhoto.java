package io.github.conv4j.examples.ocr;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Path2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** A photo with its lines framed, and beside it what was read. */
public final class MarkedPhoto {
  private static final Color FRAME = new Color(0xff7a1a);
  private static final Color PAPER = Color.WHITE;
  private static final Color TEXT = new Color(0x1f2328);
  private static final double LARGEST_SHARE = 0.8;

  private MarkedPhoto() {}

  /** Draws it. */
  public static BufferedImage draw(BufferedImage photo, List<TextLine> lines) {
    int width = photo.getWidth();
    int height = photo.getHeight();
    var image = new BufferedImage(2 * width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setColor(PAPER);
    g.fillRect(width, 0, width, height);
    g.drawImage(photo, 0, 0, null);
    g.setStroke(new BasicStroke(Math.max(2f, width / 300f)));
    for (TextLine line : lines) {
      g.setColor(FRAME);
      g.draw(outline(line.box()));
      drawText(g, line, width);
    }
    g.dispose();
    return image;
  }

  private static Path2D outline(TextBox box) {
    var path = new Path2D.Double();
    List<Point> corners = box.corners();
    path.moveTo(corners.getFirst().x(), corners.getFirst().y());
    corners.subList(1, corners.size()).forEach(corner -> path.lineTo(corner.x(), corner.y()));
    path.closePath();
    return path;
  }

  /** As wide as the line is in the photo, at the same place. */
  private static void drawText(Graphics2D g, TextLine line, int offset) {
    if (line.text().isEmpty()) {
      return;
    }
    TextBox box = line.box();
    Graphics2D turned = (Graphics2D) g.create();
    Point corner = box.corners().get(3);
    turned.setColor(TEXT);
    turned.translate(offset + corner.x(), corner.y());
    turned.rotate(Math.atan2(box.along().y(), box.along().x()));
    turned.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 1).deriveFont(100f));
    double natural = turned.getFontMetrics().stringWidth(line.text());
    double size = Math.min(100 * box.width() / natural, LARGEST_SHARE * box.height());
    turned.setFont(turned.getFont().deriveFont((float) size));
    turned.drawString(line.text(), 0, (float) (-0.25 * box.height()));
    turned.dispose();
  }
}
