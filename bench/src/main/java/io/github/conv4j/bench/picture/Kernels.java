package io.github.conv4j.bench.picture;

import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.util.Locale;

/** Weights as pictures: one coloured cell each, orange above zero, blue below. */
public final class Kernels {
  private static final int LEAST_CELL_FOR_NUMBERS = 18;

  private Kernels() {}

  /**
   * Returns a grid of weights in row-major order, with numbers where the cells are large enough.
   */
  public static Box grid(float[] weights, int rowCount, int columnCount, int cell) {
    float most = 0;
    for (float weight : weights) {
      most = Math.max(most, Math.abs(weight));
    }
    float range = most == 0 ? 1 : most;
    return Boxes.painted(
        columnCount * cell + 1,
        rowCount * cell + 1,
        g -> {
          for (int i = 0; i < rowCount * columnCount; i++) {
            paintCell(g, i % columnCount * cell, i / columnCount * cell, cell, weights[i], range);
          }
        });
  }

  private static void paintCell(Graphics2D g, int x, int y, int cell, float weight, float range) {
    // Full strength is kept for the largest number's frame; text stays readable on 70 %.
    Color colour = Ink.diverging(weight / range * 0.7);
    g.setColor(colour);
    g.fillRect(x, y, cell, cell);
    g.setColor(Ink.LINE);
    if (cell >= 5) {
      g.drawRect(x, y, cell, cell);
    }
    if (cell < LEAST_CELL_FOR_NUMBERS) {
      return;
    }
    String text =
        weight == Math.rint(weight)
            ? String.valueOf((int) weight)
            : String.format(Locale.ROOT, "%.1f", weight);
    Font font = Ink.font(text.length() > 2 ? cell * 2 / 5 : cell / 2, false);
    var metrics = Ink.metrics(font);
    g.setFont(font);
    g.setColor(weight == 0 ? Ink.LINE.darker() : Ink.DARK);
    g.drawString(
        text,
        x + (cell - metrics.stringWidth(text)) / 2f,
        y + (cell + metrics.getAscent() - metrics.getDescent()) / 2f);
  }

  /** Returns the pattern of taps of a dilated kernel inside a window that is the same for all. */
  public static Box taps(int kernel, int dilation, int window, int cell) {
    int span = dilation * (kernel - 1) + 1;
    int from = (window - span) / 2;
    return Boxes.painted(
        window * cell + 1,
        window * cell + 1,
        g -> {
          for (int i = 0; i < window * window; i++) {
            int row = i / window - from;
            int column = i % window - from;
            boolean tap =
                row >= 0
                    && row < span
                    && column >= 0
                    && column < span
                    && row % dilation == 0
                    && column % dilation == 0;
            g.setColor(tap ? Ink.POSITIVE : Color.WHITE);
            g.fillRect(i % window * cell, i / window * cell, cell, cell);
            g.setColor(Ink.LINE);
            g.drawRect(i % window * cell, i / window * cell, cell, cell);
          }
        });
  }

  /** Returns which inputs (columns) reach which outputs (rows), one colour a group. */
  public static Box connections(int outCount, int inCount, int groupCount, int cell) {
    return Boxes.painted(
        inCount * cell + 1,
        outCount * cell + 1,
        g -> {
          for (int out = 0; out < outCount; out++) {
            for (int in = 0; in < inCount; in++) {
              int group = out * groupCount / outCount;
              boolean connected = group == in * groupCount / inCount;
              g.setColor(connected ? Ink.channel(group % 3) : Color.WHITE);
              g.fillRect(in * cell, out * cell, cell, cell);
              g.setColor(Ink.LINE);
              g.drawRect(in * cell, out * cell, cell, cell);
            }
          }
        });
  }
}
