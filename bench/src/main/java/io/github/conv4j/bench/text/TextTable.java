package io.github.conv4j.bench.text;

import java.util.ArrayList;
import java.util.List;

/** Columns that line up: the first to the left, the others to the right. */
public final class TextTable {
  private static final String GAP = "  ";

  private final List<String[]> rows = new ArrayList<>();

  /** Creates the table with its header. */
  public TextTable(String... header) {
    rows.add(header);
  }

  /** Adds a row. */
  public void add(String... cells) {
    if (cells.length != rows.getFirst().length) {
      throw new IllegalArgumentException(
          "the table has %d columns but the row %d"
              .formatted(rows.getFirst().length, cells.length));
    }
    rows.add(cells);
  }

  /** Returns the lines. */
  public List<String> lines() {
    int[] widths = new int[rows.getFirst().length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    return rows.stream().map(row -> line(row, widths)).toList();
  }

  private static String line(String[] row, int[] widths) {
    var line = new StringBuilder(row[0]).repeat(' ', widths[0] - row[0].length());
    for (int i = 1; i < row.length; i++) {
      line.append(GAP).repeat(' ', widths[i] - row[i].length()).append(row[i]);
    }
    return line.toString().stripTrailing();
  }
}
