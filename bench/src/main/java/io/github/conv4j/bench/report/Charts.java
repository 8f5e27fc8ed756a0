package io.github.conv4j.bench.report;

import io.github.conv4j.bench.tour.Measurement;
import io.github.conv4j.bench.tour.Tour;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler;

/** The charts of the report, as SVG. */
final class Charts {
  private static final Color TRANSPARENT = new Color(255, 255, 255, 0);
  private static final Color TEXT = new Color(0x3d444d);
  private static final Color GRID = new Color(0xd8dee4);
  private static final Color[] SERIES = {
    new Color(0x0969da),
    new Color(0xbc4c00),
    new Color(0x1a7f37),
    new Color(0x8250df),
    new Color(0x9a6700)
  };

  private Charts() {}

  /** Returns the time of every work on every engine. */
  static String times(List<Measurement> measurements, List<String> engines) {
    CategoryChart chart = chart("\u00b5s a run (logarithmic, lower is better)");
    addEngines(chart, measurements, engines, (m, run) -> run.medianNanos() / 1e3);
    return svg(chart);
  }

  /** Returns how much faster than the naive loops each engine is. */
  static String speedUps(List<Measurement> measurements, List<String> engines) {
    CategoryChart chart = chart("times faster than the naive loops (logarithmic)");
    List<String> fast = engines.stream().filter(name -> !name.equals(Tour.REFERENCE)).toList();
    addEngines(chart, measurements, fast, Measurement::speedUp);
    return svg(chart);
  }

  /** Returns what the cheap variants save. */
  static String savings(List<Measurement> measurements) {
    Set<Object> seen = new HashSet<>();
    List<Measurement> cheap =
        measurements.stream()
            .filter(m -> Savings.apply(m.work()))
            .filter(m -> seen.add(List.of(m.exhibit(), Savings.of(m.work()))))
            .toList();
    CategoryChart chart = chart("times fewer than a dense convolution (logarithmic)");
    addSeries(chart, "MACs", cheap, m -> Savings.of(m.work()).macs());
    addSeries(chart, "parameters", cheap, m -> Savings.of(m.work()).parameters());
    return svg(chart);
  }

  private interface Figure {
    double of(Measurement measurement, Measurement.EngineRun run);
  }

  private static void addEngines(
      CategoryChart chart, List<Measurement> measurements, List<String> engines, Figure figure) {
    for (String engine : engines) {
      Function<Measurement, Double> value =
          m -> m.run(engine).map(run -> figure.of(m, run)).orElse(1.0);
      addSeries(chart, engine, measurements, value::apply);
    }
  }

  private static void addSeries(
      CategoryChart chart,
      String name,
      List<Measurement> measurements,
      ToDoubleFunction<Measurement> value) {
    List<String> names = measurements.stream().map(Measurement::name).toList();
    // A logarithmic axis has no place for less than its least decade.
    List<Double> values =
        measurements.stream().map(m -> Math.max(1.01, value.applyAsDouble(m))).toList();
    chart.addSeries(name, names, values);
  }

  private static CategoryChart chart(String yTitle) {
    CategoryChart chart =
        new CategoryChartBuilder().width(1180).height(600).yAxisTitle(yTitle).build();
    var styler = chart.getStyler();
    styler
        .setChartBackgroundColor(TRANSPARENT)
        .setPlotBackgroundColor(TRANSPARENT)
        .setLegendBackgroundColor(TRANSPARENT)
        .setLegendBorderColor(TRANSPARENT)
        .setPlotBorderVisible(false)
        .setLegendPosition(Styler.LegendPosition.OutsideS)
        .setLegendLayout(Styler.LegendLayout.Horizontal)
        .setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13))
        .setChartFontColor(TEXT)
        .setSeriesColors(SERIES)
        .setChartTitleVisible(false);
    styler
        .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
        .setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13))
        .setAxisTickLabelsColor(TEXT)
        .setPlotGridLinesColor(GRID)
        .setPlotGridLinesStroke(new BasicStroke(1))
        .setPlotGridVerticalLinesVisible(false)
        .setXAxisLabelRotation(90)
        .setXAxisLabelAlignmentVertical(AxesChartStyler.TextAlignment.Right)
        .setYAxisLogarithmic(true)
        .setYAxisLogarithmicDecadeOnly(true)
        .setYAxisMin(1.0)
        .setYAxisDecimalPattern("#,##0")
        .setPlotMargin(0)
        .setLocale(Locale.ROOT);
    styler.setAvailableSpaceFill(0.8);
    return chart;
  }

  private static String svg(CategoryChart chart) {
    try (var out = new ByteArrayOutputStream()) {
      VectorGraphicsEncoder.saveVectorGraphic(chart, out, VectorGraphicsFormat.SVG);
      // The logical font's name means nothing to a browser.
      return out.toString(StandardCharsets.UTF_8)
          .replaceAll("font-family:[^;\"]*", "font-family:Helvetica,Arial,sans-serif");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
