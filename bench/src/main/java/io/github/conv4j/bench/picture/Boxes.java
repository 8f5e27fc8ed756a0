package io.github.conv4j.bench.picture;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;

/** The boxes that pictures are made of. */
public final class Boxes {
  private static final int LABEL_SIZE = 12;
  private static final int LABEL_GAP = 4;

  private Boxes() {}

  /** What draws inside a box whose upper left corner is the origin. */
  public interface Painter {
    /** Draws. */
    void paint(Graphics2D g);
  }

  /** Returns a box that is drawn by a painter. */
  public static Box painted(int width, int height, Painter painter) {
    return new Box() {
      @Override
      public int width() {
        return width;
      }

      @Override
      public int height() {
        return height;
      }

      @Override
      public void draw(Graphics2D g, int x, int y) {
        Graphics2D own = (Graphics2D) g.create();
        own.translate(x, y);
        painter.paint(own);
        own.dispose();
      }
    };
  }

  /** Puts boxes side by side, centred vertically. */
  public static Box row(int gap, Box... boxes) {
    return row(gap, List.of(boxes));
  }

  /** Puts boxes side by side, centred vertically. */
  public static Box row(int gap, List<Box> boxes) {
    int width = boxes.stream().mapToInt(Box::width).sum() + gap * Math.max(0, boxes.size() - 1);
    int height = boxes.stream().mapToInt(Box::height).max().orElse(0);
    return painted(
        width,
        height,
        g -> {
          int x = 0;
          for (Box box : boxes) {
            box.draw(g, x, (height - box.height()) / 2);
            x += box.width() + gap;
          }
        });
  }

  /** Puts boxes below each other, centred horizontally. */
  public static Box column(int gap, Box... boxes) {
    return column(gap, List.of(boxes));
  }

  /** Puts boxes below each other, centred horizontally. */
  public static Box column(int gap, List<Box> boxes) {
    int width = boxes.stream().mapToInt(Box::width).max().orElse(0);
    int height = boxes.stream().mapToInt(Box::height).sum() + gap * Math.max(0, boxes.size() - 1);
    return painted(
        width,
        height,
        g -> {
          int y = 0;
          for (Box box : boxes) {
            box.draw(g, (width - box.width()) / 2, y);
            y += box.height() + gap;
          }
        });
  }

  /** Puts a line of small text below a box. */
  public static Box labelled(Box box, String label) {
    return labelled(box, label, Ink.MUTED);
  }

  /** Puts a line of small coloured text below a box. */
  public static Box labelled(Box box, String label, Color colour) {
    return column(LABEL_GAP, box, text(label, LABEL_SIZE, false, colour));
  }

  /** Returns small text; line breaks are kept. */
  public static Box note(String text) {
    List<Box> lines = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      lines.add(text(line, LABEL_SIZE, false, Ink.MUTED));
    }
    return column(1, lines);
  }

  /** Returns a box made smaller where it is too wide, as other fonts or photos can make it. */
  static Box fitting(Box box, int mostWidth) {
    if (box.width() <= mostWidth) {
      return box;
    }
    double scale = (double) mostWidth / box.width();
    return painted(
        mostWidth,
        (int) Math.ceil(box.height() * scale),
        g -> {
          g.scale(scale, scale);
          box.draw(g, 0, 0);
        });
  }

  /** Returns one line of text. */
  public static Box text(String text, int size, boolean bold, Color colour) {
    Font font = Ink.font(size, bold);
    var metrics = Ink.metrics(font);
    return painted(
        metrics.stringWidth(text),
        metrics.getAscent() + metrics.getDescent(),
        g -> {
          g.setFont(font);
          g.setColor(colour);
          g.drawString(text, 0, metrics.getAscent());
        });
  }

  /** Returns text broken into lines no wider than {@code width}. */
  public static Box paragraph(String text, int size, Color colour, int width) {
    var metrics = Ink.metrics(Ink.font(size, false));
    List<Box> lines = new ArrayList<>();
    var line = new StringBuilder();
    for (String word : text.split(" ", -1)) {
      if (!line.isEmpty() && metrics.stringWidth(line + " " + word) > width) {
        lines.add(text(line.toString(), size, false, colour));
        line.setLength(0);
      }
      line.append(line.isEmpty() ? "" : " ").append(word);
    }
    lines.add(text(line.toString(), size, false, colour));
    int height = lines.stream().mapToInt(Box::height).sum();
    return painted(
        width,
        height,
        g -> {
          int y = 0;
          for (Box each : lines) {
            each.draw(g, 0, y);
            y += each.height();
          }
        });
  }

  /** Returns an arrow to the right. */
  public static Box arrow() {
    return painted(
        26,
        12,
        g -> {
          g.setColor(Ink.MUTED);
          g.setStroke(new BasicStroke(1.6f, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND));
          g.drawLine(1, 6, 24, 6);
          g.drawLine(24, 6, 19, 2);
          g.drawLine(24, 6, 19, 10);
        });
  }

  /** Returns one sign between boxes, for example a plus. */
  public static Box sign(String sign) {
    return text(sign, 18, false, Ink.MUTED);
  }

  /** Returns a picture that fits a square of {@code size}, with its proportions. */
  public static Box picture(BufferedImage image, int size) {
    double scale = (double) size / Math.max(image.getWidth(), image.getHeight());
    return picture(
        image,
        Math.max(1, (int) Math.round(image.getWidth() * scale)),
        Math.max(1, (int) Math.round(image.getHeight() * scale)));
  }

  /** Returns a picture of an exact size. */
  public static Box picture(BufferedImage image, int width, int height) {
    return painted(
        width,
        height,
        g -> {
          Scaling.draw(g, image, width, height);
          g.setColor(Ink.LINE);
          g.setStroke(new BasicStroke(0.5f));
          g.drawRect(0, 0, width, height);
        });
  }

  /** Puts a coloured frame around a box. */
  public static Box framed(Box box, Color colour) {
    int margin = 3;
    return painted(
        box.width() + 2 * margin,
        box.height() + 2 * margin,
        g -> {
          box.draw(g, margin, margin);
          g.setColor(colour);
          g.setStroke(new BasicStroke(2));
          g.drawRect(1, 1, box.width() + 2 * margin - 2, box.height() + 2 * margin - 2);
        });
  }
}
