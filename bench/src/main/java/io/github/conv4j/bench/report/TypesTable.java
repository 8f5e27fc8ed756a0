package io.github.conv4j.bench.report;

import io.github.conv4j.bench.text.TextTable;
import io.github.conv4j.bench.typed.TypeTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Other types beside f32, as text and as a part of a page. */
public final class TypesTable {
  private static final List<String> HEADER =
      List.of("engine", "layer", "types", "\u00b5s", "f32 \u00b5s", "times", "error", "by");

  /** How many times as fast as f32 is more than noise. */
  public static final double LEAST_GAIN = 1.05;

  /** Engine, layer and types. */
  private static final int LEADING_WORDS = 3;

  private static final String NOTE =
      "Medians of one process, in turns. The error is the relative L2 distance from f32 of random"
          + " numbers behind a relu; integers have scales that just fit.";

  private TypesTable() {}

  /** Returns aligned lines, and a sentence for each type that gains nothing. */
  public static List<String> lines(List<TypeTime> times) {
    var table = new TextTable(HEADER.toArray(String[]::new)).textFrom(HEADER.size() - 1);
    String before = "";
    for (TypeTime time : times) {
      String group = time.engine() + " " + time.layer();
      table.add(row(time, group.equals(before)).toArray(String[]::new));
      before = group;
    }
    List<String> lines = new ArrayList<>(table.lines());
    lines.addAll(sentences(times));
    return lines;
  }

  /** Returns a table, and what gains nothing. */
  static String html(List<TypeTime> times) {
    if (times.isEmpty()) {
      return "<p>Not measured in this run. <code>./conv4j types</code> shows it.</p>";
    }
    var html = new StringBuilder(Html.cell("p", "note", NOTE));
    html.append("<div class=\"scroll\"><table><thead>").append(row("th", HEADER));
    html.append("</thead>\n");
    times.forEach(time -> html.append(row("td", row(time, false))));
    html.append("</table></div>\n");
    sentences(times).forEach(sentence -> html.append(Html.cell("p", "note", sentence)));
    return html.toString();
  }

  private static String row(String tag, List<String> cells) {
    var html = new StringBuilder("<tr>");
    for (int i = 0; i < cells.size(); i++) {
      boolean isWord = i < LEADING_WORDS || i == cells.size() - 1;
      html.append(Html.cell(tag, isWord ? "word" : "number", cells.get(i)));
    }
    return html.append("</tr>\n").toString();
  }

  private static List<String> row(TypeTime time, boolean isSameLayer) {
    return List.of(
        isSameLayer ? "" : time.engine(),
        isSameLayer ? "" : time.layer(),
        time.types(),
        rounded(time.micros(), 0),
        rounded(time.floatMicros(), 0),
        rounded(time.times(), 2),
        time.error().isPresent()
            ? String.format(Locale.ROOT, "%.1e", time.error().getAsDouble())
            : "",
        time.implementation());
  }

  private static String rounded(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }

  /** Of each engine and type that is not faster than f32 in any layer. */
  static List<String> sentences(List<TypeTime> times) {
    Map<String, Double> best = new LinkedHashMap<>();
    for (TypeTime time : times) {
      best.merge(time.types() + " gains nothing with " + time.engine(), time.times(), Math::max);
    }
    List<String> sentences = new ArrayList<>();
    best.forEach(
        (what, most) -> {
          if (most < LEAST_GAIN) {
            sentences.add(
                String.format(
                    Locale.ROOT, "%s on this CPU: at best %.2f times as fast as f32", what, most));
          }
        });
    return sentences;
  }
}
