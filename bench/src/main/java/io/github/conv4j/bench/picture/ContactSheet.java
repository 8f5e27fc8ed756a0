package io.github.conv4j.bench.picture;

import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.util.List;

/** All panels on one picture, two a row. */
public final class ContactSheet {
  private static final int GAP = 14;
  private static final int MARGIN = 13;

  private ContactSheet() {}

  /** Returns the picture, 1600 pixels wide. */
  public static BufferedImage of(String title, String subtitle, List<Panel> panels) {
    int width = 2 * Panel.WIDTH + GAP + 2 * MARGIN;
    Box heading = Boxes.text(title, 32, true, Ink.DARK);
    Box subheading = Boxes.paragraph(subtitle, 15, Ink.MUTED, width - 2 * MARGIN);
    int top = 22 + heading.height() + 4 + subheading.height() + 18;
    int height = top + MARGIN - GAP;
    for (int i = 0; i < panels.size(); i += 2) {
      height += rowHeight(panels, i) + GAP;
    }
    var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = Ink.prepared(image.createGraphics());
    g.setColor(Ink.SHEET);
    g.fillRect(0, 0, width, height);
    heading.draw(g, MARGIN + 4, 22);
    subheading.draw(g, MARGIN + 4, 22 + heading.height() + 4);
    int y = top;
    for (int i = 0; i < panels.size(); i += 2) {
      int rowHeight = rowHeight(panels, i);
      panels.get(i).draw(g, MARGIN, y, rowHeight);
      if (i + 1 < panels.size()) {
        panels.get(i + 1).draw(g, MARGIN + Panel.WIDTH + GAP, y, rowHeight);
      }
      y += rowHeight + GAP;
    }
    g.dispose();
    return image;
  }

  private static int rowHeight(List<Panel> panels, int first) {
    int second = Math.min(first + 1, panels.size() - 1);
    return Math.max(panels.get(first).height(), panels.get(second).height());
  }
}
