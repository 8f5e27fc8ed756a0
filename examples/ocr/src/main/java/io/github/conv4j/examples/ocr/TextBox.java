package io.github.conv4j.examples.ocr;

import java.awt.geom.Area;
import java.awt.geom.Path2D;
import java.awt.geom.PathIterator;
import java.util.ArrayList;
import java.util.List;

/**
 * A rectangle that may be turned.
 *
 * @param centre its middle
 * @param along the direction of its width, of length 1
 * @param width its size in this direction
 * @param height its size across
 */
public record TextBox(Point centre, Point along, double width, double height) {
  /** Returns the smallest rectangle around points: one of its sides lies on the convex hull. */
  static TextBox around(List<Point> points) {
    List<Point> hull = ConvexHull.of(points);
    TextBox best = aligned(hull, new Point(1, 0));
    for (int i = 0; i < hull.size(); i++) {
      Point side = hull.get((i + 1) % hull.size()).minus(hull.get(i));
      double length = side.length();
      if (length > 0) {
        TextBox box = aligned(hull, new Point(side.x() / length, side.y() / length));
        best = box.area() < best.area() ? box : best;
      }
    }
    return best.level();
  }

  private static TextBox aligned(List<Point> points, Point along) {
    Point across = new Point(-along.y(), along.x());
    double left = Double.POSITIVE_INFINITY;
    double right = Double.NEGATIVE_INFINITY;
    double top = Double.POSITIVE_INFINITY;
    double bottom = Double.NEGATIVE_INFINITY;
    for (Point point : points) {
      left = Math.min(left, point.dot(along));
      right = Math.max(right, point.dot(along));
      top = Math.min(top, point.dot(across));
      bottom = Math.max(bottom, point.dot(across));
    }
    Point centre = new Point(0, 0).plus(along, (left + right) / 2).plus(across, (top + bottom) / 2);
    return new TextBox(centre, along, right - left, bottom - top);
  }

  /** Returns the same rectangle seen so that its width lies as level as it can. */
  private TextBox level() {
    boolean upright = Math.abs(along.x()) < Math.abs(along.y());
    Point direction = upright ? new Point(-along.y(), along.x()) : along;
    Point forward = direction.x() < 0 ? new Point(-direction.x(), -direction.y()) : direction;
    return new TextBox(centre, forward, upright ? height : width, upright ? width : height);
  }

  double area() {
    return width * height;
  }

  double perimeter() {
    return 2 * (width + height);
  }

  double shortSide() {
    return Math.min(width, height);
  }

  Point across() {
    return new Point(-along.y(), along.x());
  }

  /** Returns the rectangle with every side moved outwards. */
  TextBox grown(double distance) {
    return new TextBox(centre, along, width + 2 * distance, height + 2 * distance);
  }

  /** Returns the rectangle in a picture of another size; one that is turned stays a rectangle. */
  TextBox scaled(double horizontal, double vertical) {
    Point stretched = new Point(along.x() * horizontal, along.y() * vertical);
    Point acrossStretched = new Point(across().x() * horizontal, across().y() * vertical);
    double length = stretched.length();
    return new TextBox(
        new Point(centre.x() * horizontal, centre.y() * vertical),
        new Point(stretched.x() / length, stretched.y() / length),
        width * length,
        height * acrossStretched.length());
  }

  /**
   * Returns how much of two boxes together both have: the area of their intersection over that of
   * their union.
   */
  public double overlap(TextBox other) {
    var both = new Area(outline());
    both.intersect(new Area(other.outline()));
    double shared = areaOf(both);
    double union = area() + other.area() - shared;
    return union == 0 ? 0 : shared / union;
  }

  private Path2D outline() {
    var path = new Path2D.Double();
    for (Point corner : corners()) {
      if (path.getCurrentPoint() == null) {
        path.moveTo(corner.x(), corner.y());
      } else {
        path.lineTo(corner.x(), corner.y());
      }
    }
    path.closePath();
    return path;
  }

  /** The shoelace formula; what two rectangles share is one convex polygon. */
  private static double areaOf(Area polygon) {
    List<Point> corners = new ArrayList<>();
    double[] at = new double[2];
    for (PathIterator path = polygon.getPathIterator(null); !path.isDone(); path.next()) {
      if (path.currentSegment(at) != PathIterator.SEG_CLOSE) {
        corners.add(new Point(at[0], at[1]));
      }
    }
    double doubled = 0;
    for (int i = 0; i < corners.size(); i++) {
      Point from = corners.get(i);
      Point to = corners.get((i + 1) % corners.size());
      doubled += from.x() * to.y() - to.x() * from.y();
    }
    return Math.abs(doubled) / 2;
  }

  boolean contains(double x, double y) {
    Point to = new Point(x, y).minus(centre);
    return Math.abs(to.dot(along)) <= width / 2 && Math.abs(to.dot(across())) <= height / 2;
  }

  /** Returns the corners: upper left, upper right, lower right, lower left. */
  public List<Point> corners() {
    Point half = new Point(0, 0).plus(along, width / 2);
    Point down = new Point(0, 0).plus(across(), height / 2);
    return List.of(
        centre.minus(half).minus(down),
        centre.plus(half, 1).minus(down),
        centre.plus(half, 1).plus(down, 1),
        centre.minus(half).plus(down, 1));
  }
}
