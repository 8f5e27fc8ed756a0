package io.github.conv4j.bench.picture;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;

/** A card: title, one sentence, the shapes, and a picture in the middle. */
public final class Panel {
  /** The width of every panel. */
  public static final int WIDTH = 780;

  private static final int MARGIN = 20;
  private static final int INNER = WIDTH - 2 * MARGIN;

  private final Box head;
  private final Box content;

  /** Creates a panel. */
  public Panel(String title, String caption, String shapes, Box content) {
    this.content = Boxes.fitting(content, INNER);
    this.head =
        left(
            Boxes.text(title, 21, true, Ink.DARK),
            Boxes.paragraph(caption, 14, Ink.DARK, INNER),
            Boxes.paragraph(shapes, 12, Ink.MUTED, INNER));
  }

  private static Box left(Box... boxes) {
    int gap = 4;
    int height = -gap;
    for (Box box : boxes) {
      height += box.height() + gap;
    }
    return Boxes.painted(
        INNER,
        height,
        g -> {
          int y = 0;
          for (Box box : boxes) {
            box.draw(g, 0, y);
            y += box.height() + gap;
          }
        });
  }

  /** Returns the height that the panel needs. */
  public int height() {
    return head.height() + content.height() + 2 * MARGIN + 14;
  }

  /** Draws at a place, made taller where neighbours need it. */
  public void draw(Graphics2D g, int x, int y, int height) {
    g.setColor(Color.WHITE);
    g.fillRoundRect(x, y, WIDTH, height, 12, 12);
    g.setColor(Ink.LINE);
    g.drawRoundRect(x, y, WIDTH - 1, height - 1, 12, 12);
    head.draw(g, x + MARGIN, y + MARGIN);
    int top = y + MARGIN + head.height() + 14;
    int room = y + height - MARGIN - top;
    content.draw(g, x + (WIDTH - content.width()) / 2, top + (room - content.height()) / 2);
  }

  /** Returns the panel alone, {@code scale} pixels a unit. */
  public BufferedImage image(int scale) {
    var image = new BufferedImage(WIDTH * scale, height() * scale, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = Ink.prepared(image.createGraphics());
    g.setColor(Color.WHITE);
    g.fillRect(0, 0, image.getWidth(), image.getHeight());
    g.scale(scale, scale);
    draw(g, 0, 0, height());
    g.dispose();
    return image;
  }
}
