package io.github.conv4j.bench.overhead;

import io.github.conv4j.bench.text.TextTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The report as text. */
final class OverheadText {
  private static final String NOTHING = "-";

  private OverheadText() {}

  static List<String> lines(OverheadReport report) {
    List<String> lines = new ArrayList<>();
    OverheadReport.Machine machine = report.machine();
    lines.add("engine   " + machine.engine());
    lines.add("machine  " + machine.system() + ", JDK " + machine.jdk());
    lines.add("busy     " + busy(machine));
    section(lines, "Calls: execute against dnnl_primitive_execute from C", calls(report));
    lines.add(report.floor());
    section(lines, "Allocation: bytes from the Java heap", allocations(report));
    section(
        lines,
        "Prepare: a new problem, the same again, the next 200, and 200 when the JVM is warm",
        prepares(report));
    section(lines, "Load: from nothing to an open engine, in a JVM of its own", loads(report));
    return lines;
  }

  private static String busy(OverheadReport.Machine machine) {
    if (machine.loadBefore() < 0) {
      return "unknown";
    }
    String load =
        String.format(
            Locale.ROOT,
            "load average %.2f before and %.2f after, on %d processors",
            machine.loadBefore(),
            machine.loadAfter(),
            machine.processors());
    return load + (machine.isBusy() ? ": other work ran too, figures are noisier for it" : "");
  }

  private static void section(List<String> lines, String title, TextTable table) {
    lines.add("");
    lines.add(title);
    table.lines().forEach(line -> lines.add("  " + line));
  }

  private static TextTable calls(OverheadReport report) {
    var table =
        new TextTable("layer", "arena", "C", "Java", "added", "range", "share", "bar", "kept");
    for (OverheadReport.Calls calls : report.calls()) {
      OverheadReport.Floor floor = calls.floor();
      if (floor == null) {
        table.add(
            calls.problem(),
            calls.arena(),
            NOTHING,
            Times.text(calls.nanos().median()),
            NOTHING,
            NOTHING,
            NOTHING,
            NOTHING,
            NOTHING);
        continue;
      }
      MedianEstimate added = floor.addedNanos();
      table.add(
          calls.problem(),
          calls.arena(),
          Times.text(floor.nanos().median()),
          Times.text(calls.nanos().median()),
          Times.added(added.median()),
          Times.added(added.low()) + " to " + Times.added(added.high()),
          Times.share(floor.addedShare().median()),
          bar(floor.check()),
          kept(floor.check()));
    }
    return table;
  }

  private static TextTable allocations(OverheadReport report) {
    var table = new TextTable("layer", "arena", "calls", "bytes per call", "bar", "kept");
    for (OverheadReport.Allocation each : report.allocations()) {
      double perCall = (double) each.byteCount() / each.callCount();
      table.add(
          each.problem(),
          each.arena(),
          String.format(Locale.ROOT, "%,d", each.callCount()),
          each.byteCount() == 0 ? "0" : String.format(Locale.ROOT, "%.4f", perCall),
          bar(each.check()),
          kept(each.check()));
    }
    return table;
  }

  private static TextTable prepares(OverheadReport report) {
    var table =
        new TextTable(
            "layer", "new", "seen once", "seen often", "range", "bar", "kept", "when warm");
    for (OverheadReport.Prepare each : report.prepares()) {
      table.add(
          each.problem() + (each.isFirstInProcess() ? ", first in its process" : ""),
          Times.text(each.first().median()),
          Times.text(each.second().median()),
          Times.text(each.seen().median()),
          range(each.seen()),
          bar(each.check()),
          kept(each.check()),
          Times.text(each.warm().median()));
    }
    return table;
  }

  private static TextTable loads(OverheadReport report) {
    var table = new TextTable("load", "JVMs", "median", "range", "bar", "kept");
    for (OverheadReport.Load each : report.loads()) {
      table.add(
          each.what(),
          String.valueOf(each.nanos().count()),
          Times.text(each.nanos().median()),
          range(each.nanos()),
          bar(each.check()),
          kept(each.check()));
    }
    return table;
  }

  private static String range(MedianEstimate estimate) {
    return Times.text(estimate.low()) + " to " + Times.text(estimate.high());
  }

  private static String bar(@Nullable Check check) {
    return check == null ? NOTHING : check.bar();
  }

  private static String kept(@Nullable Check check) {
    return check == null ? NOTHING : check.answer().toString();
  }
}
