package io.github.conv4j.bench.report;

import io.github.conv4j.bench.tour.Measurement;
import io.github.conv4j.bench.tour.Tour;
import io.github.conv4j.bench.typed.TypeTime;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/** One page that needs nothing else: figures, charts and pictures. */
public final class HtmlReport {
  private static final int PICTURE_SCALE = 2;

  private HtmlReport() {}

  /** Returns the page. */
  public static String of(
      List<Tour.Visited> visits, List<TypeTime> types, List<String> engines, String summary) {
    List<Measurement> measurements =
        visits.stream().flatMap(visit -> visit.measurements().stream()).toList();
    Map<String, String> parts = new LinkedHashMap<>();
    parts.put("summary", escaped(summary));
    parts.put("machine", machine());
    parts.put("warnings", warnings(measurements));
    parts.put("table", table(TourTable.of(measurements, engines)));
    parts.put(
        "times", chart("Time of every work on every engine", Charts.times(measurements, engines)));
    parts.put("speedups", speedUps(measurements, engines));
    parts.put(
        "savings",
        chart(
            "Multiplications and parameters saved by each variant", Charts.savings(measurements)));
    parts.put("types", TypesTable.html(types));
    parts.put("pictures", pictures(visits));
    return Template.fill("report.html", parts);
  }

  private static String machine() {
    return Machine.describe().entrySet().stream()
        .map(
            fact ->
                "<dt>%s</dt><dd>%s</dd>"
                    .formatted(escaped(fact.getKey()), escaped(fact.getValue())))
        .collect(Collectors.joining("\n"));
  }

  private static String warnings(List<Measurement> measurements) {
    SequencedMap<String, List<String>> warnings = Warnings.of(measurements);
    if (warnings.isEmpty()) {
      return "<p>None.</p>";
    }
    return warnings.entrySet().stream()
        .map(
            entry ->
                "<li><strong>%s</strong><br>%s</li>"
                    .formatted(
                        escaped(entry.getKey()),
                        entry.getValue().stream()
                            .map(HtmlReport::escaped)
                            .collect(Collectors.joining("<br>"))))
        .collect(Collectors.joining("\n", "<ul>", "</ul>"));
  }

  private static String table(TourTable table) {
    var html = new StringBuilder("<thead><tr>");
    for (int i = 0; i < table.header().size() - 1; i++) {
      html.append(cell("th", table, i, table.header().get(i)));
    }
    html.append("</tr></thead>\n<tbody>\n");
    for (List<String> row : table.rows()) {
      html.append("<tr>");
      html.append(variant(row.getFirst(), row.getLast()));
      for (int i = 1; i < row.size() - 1; i++) {
        html.append(cell("td", table, i, row.get(i)));
      }
      html.append("</tr>\n");
    }
    return html.append("</tbody>").toString();
  }

  /** The problem lines are long: they stand below the name, one a step. */
  private static String variant(String name, String problem) {
    return "<td class=\"word\">%s<br><span class=\"problem\">%s</span></td>"
        .formatted(escaped(name), escaped(problem).replace(" -&gt; ", "<br>"));
  }

  private static String cell(String tag, TourTable table, int column, String text) {
    String kind = table.isLeft(column) ? "word" : "number";
    return "<%s class=\"%s\">%s</%s>".formatted(tag, kind, escaped(text), tag);
  }

  private static String speedUps(List<Measurement> measurements, List<String> engines) {
    if (engines.stream().allMatch(Tour.REFERENCE::equals)) {
      return "<p>Only the naive loops could start.</p>";
    }
    return chart(
        "Speed-up of every engine over the naive loops", Charts.speedUps(measurements, engines));
  }

  private static String chart(String alternative, String svg) {
    return "<img class=\"chart\" alt=\"%s\" src=\"data:image/svg+xml;base64,%s\">"
        .formatted(
            alternative, Base64.getEncoder().encodeToString(svg.getBytes(StandardCharsets.UTF_8)));
  }

  private static String pictures(List<Tour.Visited> visits) {
    var html = new StringBuilder();
    for (Tour.Visited visit : visits) {
      html.append(
          "<img class=\"panel\" id=\"%s\" alt=\"%s: %s\" src=\"data:image/png;base64,%s\">%n"
              .formatted(
                  visit.exhibit().slug(),
                  escaped(visit.exhibit().name()),
                  escaped(visit.exhibit().caption()),
                  png(visit.panel().image(PICTURE_SCALE))));
    }
    return html.toString();
  }

  private static String png(BufferedImage image) {
    try (var out = new ByteArrayOutputStream()) {
      ImageIO.write(image, "png", out);
      return Base64.getEncoder().encodeToString(out.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;")
        .replace("\"", "&quot;");
  }
}
