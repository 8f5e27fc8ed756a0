package io.github.conv4j.examples.ocr;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Boxes of a map that tells for each pixel how likely it is text, shrunk as differentiable
 * binarization trains it: regions above a threshold, the smallest rectangle around each, grown by
 * {@code area * 1.6 / perimeter}.
 *
 * @see <a href="https://arxiv.org/abs/1911.08947">Liao et al.: Real-time Scene Text Detection with
 *     Differentiable Binarization</a>
 */
final class BoxFinder {
  private static final double PIXEL_THRESHOLD = 0.3;
  private static final double BOX_THRESHOLD = 0.5;
  private static final double GROWTH = 1.6;
  private static final double LEAST_SIDE = 3;
  private static final int MOST_BOXES = 1000;

  /** Boxes whose tops are so close are of one line, from left to right. */
  private static final double SAME_LINE = 10;

  private BoxFinder() {}

  /** Returns the boxes, in the map's pixels, in the order of reading. */
  static List<TextBox> find(float[] map, int width, int height) {
    List<TextBox> boxes = new ArrayList<>();
    for (List<Point> region : Regions.of(map, width, height, PIXEL_THRESHOLD)) {
      TextBox box = TextBox.around(region);
      if (boxes.size() < MOST_BOXES
          && box.shortSide() >= LEAST_SIDE
          && mean(map, width, height, box) >= BOX_THRESHOLD) {
        boxes.add(box.grown(box.area() * GROWTH / box.perimeter()));
      }
    }
    return inOrder(boxes);
  }

  private static double mean(float[] map, int width, int height, TextBox box) {
    double reach = (box.width() + box.height()) / 2;
    int left = clamped(box.centre().x() - reach, width);
    int right = clamped(box.centre().x() + reach, width);
    int top = clamped(box.centre().y() - reach, height);
    int bottom = clamped(box.centre().y() + reach, height);
    double sum = 0;
    int count = 0;
    for (int y = top; y <= bottom; y++) {
      for (int x = left; x <= right; x++) {
        if (box.contains(x, y)) {
          sum += map[y * width + x];
          count++;
        }
      }
    }
    return count == 0 ? 0 : sum / count;
  }

  private static int clamped(double place, int size) {
    return Math.clamp(Math.round(place), 0, size - 1);
  }

  private static List<TextBox> inOrder(List<TextBox> boxes) {
    List<TextBox> sorted = new ArrayList<>(boxes);
    sorted.sort(Comparator.comparingDouble(BoxFinder::top).thenComparingDouble(BoxFinder::left));
    for (int i = 1; i < sorted.size(); i++) {
      for (int j = i; j > 0; j--) {
        TextBox upper = sorted.get(j - 1);
        TextBox box = sorted.get(j);
        if (Math.abs(top(box) - top(upper)) >= SAME_LINE || left(box) >= left(upper)) {
          break;
        }
        sorted.set(j - 1, box);
        sorted.set(j, upper);
      }
    }
    return sorted;
  }

  private static double top(TextBox box) {
    return box.corners().getFirst().y();
  }

  private static double left(TextBox box) {
    return box.corners().getFirst().x();
  }
}
