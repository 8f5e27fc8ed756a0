package io.github.conv4j.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** An explanation as people read it: a line for each fact, names and values aligned. */
final class ExplanationText {
  private static final int NAME_WIDTH = 18;
  private static final String[] BINARY = {"bytes", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};

  private final List<String> lines = new ArrayList<>();

  private ExplanationText() {}

  static String of(Explanation explanation) {
    var text = new ExplanationText();
    text.lines.add("engine %s runs %s".formatted(explanation.engine(), explanation.problem()));
    text.addStages(explanation);
    explanation.warnings().forEach(warning -> text.add("  warning", warning));
    text.addCandidates(explanation.candidates());
    return String.join("\n", text.lines);
  }

  private void addStages(Explanation explanation) {
    int number = 0;
    for (Explanation.Stage stage : explanation.stages()) {
      number++;
      lines.add("  %d. %s: %s".formatted(number, stage.operation(), stage.implementation()));
      add("     src", stage.src() + ", " + bytes(stage.src().byteSize()));
      add("     dst", stage.dst() + ", " + bytes(stage.dst().byteSize()));
      if (stage.weightsByteSize() > 0) {
        String layout = stage.weightsLayout().isEmpty() ? "" : stage.weightsLayout() + ", ";
        add("     weights", layout + bytes(stage.weightsByteSize()));
      }
      add("     scratchpad", bytes(stage.scratchpadByteSize()));
    }
    if (number > 1) {
      add("  all weights", bytes(explanation.weightsByteSize()));
      add("  all scratchpads", bytes(explanation.scratchpadByteSize()));
    }
    if (explanation.naiveBuffersByteSize() > 0) {
      add(
          "  buffers",
          "%s, %s without sharing"
              .formatted(
                  bytes(explanation.buffersByteSize()), bytes(explanation.naiveBuffersByteSize())));
    }
  }

  /** The name of a candidate to the left, its time and the note to the right. */
  private void addCandidates(List<Explanation.Candidate> candidates) {
    if (candidates.isEmpty()) {
      return;
    }
    List<String[]> rows = new ArrayList<>();
    rows.add(new String[] {"candidate", "µs", "note"});
    for (Explanation.Candidate candidate : candidates) {
      rows.add(
          new String[] {
            (candidate.chosen() ? "* " : "  ") + candidate,
            candidate.medianNanos() == 0
                ? "-"
                : String.format(Locale.ROOT, "%.1f", candidate.medianNanos() / 1e3),
            candidate.note()
          });
    }
    int name = rows.stream().mapToInt(row -> row[0].length()).max().getAsInt();
    int time = rows.stream().mapToInt(row -> row[1].length()).max().getAsInt();
    for (String[] row : rows) {
      String padded = row[0] + " ".repeat(name - row[0].length());
      String timed = " ".repeat(time - row[1].length()) + row[1];
      lines.add("  %s  %s  %s".formatted(padded, timed, row[2]).stripTrailing());
    }
  }

  private void add(String name, String value) {
    lines.add(name + " ".repeat(Math.max(1, NAME_WIDTH + 1 - name.length())) + value);
  }

  /** Returns for example {@code 784.0 KiB (802,816 bytes)}. */
  private static String bytes(long byteSize) {
    double scaled = byteSize;
    int unit = 0;
    while (scaled >= 1024) {
      scaled /= 1024;
      unit++;
    }
    return unit == 0
        ? byteSize + " bytes"
        : String.format(Locale.ROOT, "%.1f %s (%,d bytes)", scaled, BINARY[unit], byteSize);
  }
}
