package io.github.conv4j.examples.ocr;

import java.util.ArrayList;
import java.util.List;

/** Pixels that touch each other, also at corners. */
final class Regions {
  private Regions() {}

  /** Returns the border pixels of each region in which a map exceeds a threshold. */
  static List<List<Point>> of(float[] map, int width, int height, double threshold) {
    boolean[] seen = new boolean[map.length];
    int[] stack = new int[map.length];
    List<List<Point>> regions = new ArrayList<>();
    for (int start = 0; start < map.length; start++) {
      if (!seen[start] && map[start] > threshold) {
        seen[start] = true;
        stack[0] = start;
        regions.add(border(map, width, height, threshold, seen, stack));
      }
    }
    return regions;
  }

  private static List<Point> border(
      float[] map, int width, int height, double threshold, boolean[] seen, int[] stack) {
    List<Point> border = new ArrayList<>();
    int count = 1;
    while (count > 0) {
      int pixel = stack[--count];
      int x = pixel % width;
      int y = pixel / width;
      boolean inside = x > 0 && x < width - 1 && y > 0 && y < height - 1;
      for (int ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
        for (int nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
          int neighbour = ny * width + nx;
          if (map[neighbour] <= threshold) {
            inside = false;
          } else if (!seen[neighbour]) {
            seen[neighbour] = true;
            stack[count++] = neighbour;
          }
        }
      }
      if (!inside) {
        border.add(new Point(x, y));
      }
    }
    return border;
  }
}
