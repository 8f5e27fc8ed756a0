package io.github.conv4j.bench.text;

import java.util.ArrayList;
import java.util.List;

/**
 * Columns that line up: the first to the left, numbers to the right, text behind them to the left.
 */
public final class TextTable {
  private static final String GAP = "  ";

  private final List<String[]> rows = new ArrayList<>();
  private int firstText = Integer.MAX_VALUE;

  /** Creates the table with its header. */
  public TextTable(String... header) {
    rows.add(header);
  }

  /** Lets columns from this one on, counted from 0, line up to the left. */
  public TextTable textFrom(int column) {
    firstText = column;
    return this;
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
    return rows.stream().map(row -> line(row, widths, firstText)).toList();
  }

  private static String line(String[] row, int[] widths, int firstText) {
    var line = new StringBuilder(row[0]).repeat(' ', widths[0] - row[0].length());
    for (int i = 1; i < row.length; i++) {
      int room = widths[i] - row[i].length();
      line.append(GAP).repeat(' ', i < firstText ? room : 0).append(row[i]);
      line.repeat(' ', i < firstText ? 0 : room);
    }
    return line.toString().stripTrailing();
  }
}
