package io.github.conv4j.bench.picture;

import java.awt.Graphics2D;

/** Something with a size that can be drawn; measured in units of one pixel of the contact sheet. */
public interface Box {
  /** Returns the width. */
  int width();

  /** Returns the height. */
  int height();

  /** Draws with the upper left corner at {@code x, y}. */
  void draw(Graphics2D g, int x, int y);
}
