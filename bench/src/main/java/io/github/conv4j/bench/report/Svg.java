package io.github.conv4j.bench.report;

import java.util.Locale;

/** An SVG drawing whose colours come from the page's style sheet. */
final class Svg {
  private final StringBuilder text = new StringBuilder();

  /** Begins a drawing with a description for those who cannot see it. */
  Svg(double width, double height, String description) {
    add(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %.0f %.0f\" width=\"%.0f\" role=\"img\" aria-label=\"%s\">",
            width,
            height,
            width,
            escaped(description)));
  }

  void line(String style, double x1, double y1, double x2, double y2) {
    add(
        String.format(
            Locale.ROOT,
            "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>",
            style,
            x1,
            y1,
            x2,
            y2));
  }

  void rectangle(String style, double x, double y, double width, double height) {
    add(
        String.format(
            Locale.ROOT,
            "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>",
            style,
            x,
            y,
            Math.max(0, width),
            height));
  }

  void path(String style, String path) {
    add("<path class=\"%s\" d=\"%s\"/>".formatted(style, path));
  }

  /** Draws the mark of a contender. */
  void mark(int contender, double x, double y) {
    add(
        String.format(
            Locale.ROOT,
            "<use href=\"#m%d\" class=\"k%d\" x=\"%.1f\" y=\"%.1f\"/>",
            contender % Marks.SHAPES,
            contender % Marks.COLOURS,
            x,
            y));
  }

  /** Writes; the anchor is start, middle or end. */
  void text(String style, String anchor, double x, double y, String words) {
    add(
        String.format(
            Locale.ROOT,
            "<text class=\"%s\" text-anchor=\"%s\" x=\"%.1f\" y=\"%.1f\">%s</text>",
            style,
            anchor,
            x,
            y,
            escaped(words)));
  }

  private void add(String element) {
    text.append(element).append('\n');
  }

  /** Ends the drawing. */
  String end() {
    return text.append("</svg>\n").toString();
  }

  static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
