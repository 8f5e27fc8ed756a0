package io.github.conv4j.bench.report;

import java.util.Map;
import java.util.stream.Collectors;

/** Pieces of a page. */
final class Html {
  private Html() {}

  /**
   * Returns a cell of a table.
   *
   * @param tag {@code th} or {@code td}
   * @param style classes of the style sheet
   */
  static String cell(String tag, String style, String text) {
    return "<%s class=\"%s\">%s</%s>".formatted(tag, style, Svg.escaped(text), tag);
  }

  /** Returns a head of a table: the first column of words, the others of numbers. */
  static String head(String... names) {
    var html = new StringBuilder("<thead><tr>");
    for (int i = 0; i < names.length; i++) {
      html.append(cell("th", i == 0 ? "word" : "number", names[i]));
    }
    return html.append("</tr></thead>\n").toString();
  }

  /** Returns names and values for a list of definitions. */
  static String facts(Map<String, String> facts) {
    return facts.entrySet().stream()
        .map(
            fact ->
                "<dt>%s</dt><dd>%s</dd>"
                    .formatted(Svg.escaped(fact.getKey()), Svg.escaped(fact.getValue())))
        .collect(Collectors.joining("\n"));
  }
}
