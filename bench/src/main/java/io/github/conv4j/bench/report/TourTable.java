package io.github.conv4j.bench.report;

import io.github.conv4j.bench.tour.Measurement;
import io.github.conv4j.bench.tour.Tour;
import java.util.ArrayList;
import java.util.List;

/**
 * The figures of a tour as rows of text.
 *
 * @param header one text a column
 * @param rows one a work, in the order of the tour
 * @param leftColumnCount columns at the beginning that hold words; the others hold numbers
 */
public record TourTable(List<String> header, List<List<String>> rows, int leftColumnCount) {
  private static final int WORDS = 2;

  /** Returns the table of some measurements, with columns for each of the engines. */
  public static TourTable of(List<Measurement> measurements, List<String> engines) {
    List<String> header = new ArrayList<>(List.of("variant", "output", "MACs", "parameters"));
    for (String engine : engines) {
      header.add(engine + " \u00b5s");
      header.add("GFLOP/s");
      if (!engine.equals(Tour.REFERENCE)) {
        header.add("speed-up");
      }
    }
    header.addAll(List.of("error", "rule", "problem"));
    List<List<String>> rows = new ArrayList<>();
    for (Measurement measurement : measurements) {
      rows.add(row(measurement, engines));
    }
    return new TourTable(header, rows, WORDS);
  }

  private static List<String> row(Measurement measurement, List<String> engines) {
    List<String> row = new ArrayList<>();
    row.add(measurement.name());
    row.add(measurement.work().dst().toString());
    row.add(Figures.count(measurement.work().multiplications()));
    row.add(Figures.count(measurement.work().parameterCount()));
    for (String engine : engines) {
      var run = measurement.run(engine);
      row.add(run.map(r -> Figures.micros(r.medianNanos())).orElse("refused"));
      row.add(run.map(r -> Figures.gigaflops(measurement.gigaflops(r))).orElse(""));
      if (!engine.equals(Tour.REFERENCE)) {
        row.add(run.map(r -> Figures.times(measurement.speedUp(r))).orElse(""));
      }
    }
    row.add(Figures.error(measurement.largestError()));
    String rule = measurement.isExact() ? "equal" : "bound";
    row.add(measurement.agrees() ? rule : rule + " BROKEN");
    row.add(String.join(" -> ", measurement.work().problemLines()));
    return row;
  }

  /** Returns aligned lines of text. */
  public List<String> lines() {
    int[] widths = new int[header.size()];
    for (int i = 0; i < widths.length; i++) {
      widths[i] = header.get(i).length();
      for (List<String> row : rows) {
        widths[i] = Math.max(widths[i], row.get(i).length());
      }
    }
    List<String> lines = new ArrayList<>();
    lines.add(line(header, widths));
    rows.forEach(row -> lines.add(line(row, widths)));
    return lines;
  }

  private String line(List<String> cells, int[] widths) {
    var line = new StringBuilder();
    for (int i = 0; i < cells.size(); i++) {
      String space = " ".repeat(widths[i] - cells.get(i).length());
      line.append(isLeft(i) ? cells.get(i) + space : space + cells.get(i)).append("  ");
    }
    return line.toString().stripTrailing();
  }

  /** Tells whether a column holds words. */
  boolean isLeft(int column) {
    return column < leftColumnCount || column >= header.size() - 2;
  }
}
