package io.github.conv4j.examples.ocr;

/** A place in a picture, in pixels. */
public record Point(double x, double y) {
  Point minus(Point other) {
    return new Point(x - other.x, y - other.y);
  }

  Point plus(Point other, double factor) {
    return new Point(x + factor * other.x, y + factor * other.y);
  }

  double dot(Point other) {
    return x * other.x + y * other.y;
  }

  double cross(Point other) {
    return x * other.y - y * other.x;
  }

  double length() {
    return Math.hypot(x, y);
  }
}
