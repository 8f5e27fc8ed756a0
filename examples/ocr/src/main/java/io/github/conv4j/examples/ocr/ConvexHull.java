package io.github.conv4j.examples.ocr;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The smallest convex polygon around points.
 *
 * @see <a href="https://doi.org/10.1016/0020-0190(79)90072-3">Andrew: Another efficient algorithm
 *     for convex hulls in two dimensions</a>
 */
final class ConvexHull {
  private ConvexHull() {}

  /** Returns its corners in order; all points where they lie on one line. */
  static List<Point> of(List<Point> points) {
    List<Point> sorted =
        points.stream()
            .distinct()
            .sorted(Comparator.comparingDouble(Point::x).thenComparingDouble(Point::y))
            .toList();
    if (sorted.size() < 3) {
      return sorted;
    }
    List<Point> hull = chain(sorted);
    List<Point> back = chain(sorted.reversed());
    hull.removeLast();
    back.removeLast();
    hull.addAll(back);
    return hull;
  }

  private static List<Point> chain(List<Point> sorted) {
    List<Point> chain = new ArrayList<>();
    for (Point point : sorted) {
      while (chain.size() > 1 && turnsRight(chain, point)) {
        chain.removeLast();
      }
      chain.add(point);
    }
    return chain;
  }

  private static boolean turnsRight(List<Point> chain, Point next) {
    Point last = chain.getLast();
    Point before = chain.get(chain.size() - 2);
    return last.minus(before).cross(next.minus(before)) <= 0;
  }
}
