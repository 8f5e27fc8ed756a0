package io.github.conv4j.bench.report;

import java.util.List;

/** Contenders are told apart by shape and colour: one is enough, on grey paper too. */
final class Marks {
  static final int SHAPES = 5;
  static final int COLOURS = 9;

  private static final List<String> PATHS =
      List.of(
          "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
          "M-3.5 -3.5h7v7h-7z",
          "M0 -5L5 0L0 5L-5 0z",
          "M0 -4.5L4.5 4L-4.5 4z",
          "M-4.5 -4L4.5 -4L0 4.5z");

  private Marks() {}

  /** Returns the shapes, which drawings refer to. */
  static String definitions() {
    var text = new StringBuilder("<svg width=\"0\" height=\"0\" class=\"hidden\"><defs>");
    for (int i = 0; i < SHAPES; i++) {
      text.append("<path id=\"m%d\" d=\"%s\"/>".formatted(i, PATHS.get(i)));
    }
    return text.append("</defs></svg>").toString();
  }

  /** Returns a line that names the contenders. */
  static String legend(List<String> contenders) {
    var text = new StringBuilder("<p class=\"legend\">");
    for (int i = 0; i < contenders.size(); i++) {
      text.append(
          "<span><svg viewBox=\"-6 -6 12 12\" width=\"12\" height=\"12\"><use href=\"#m%d\" class=\"k%d\"/></svg> %s</span> "
              .formatted(i % SHAPES, i % COLOURS, Svg.escaped(contenders.get(i))));
    }
    return text.append("</p>").toString();
  }
}
