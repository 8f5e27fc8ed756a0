package io.github.conv4j.bench.tour;

import io.github.conv4j.bench.picture.Box;
import io.github.conv4j.bench.picture.Panel;
import io.github.conv4j.bench.picture.Planes;
import io.github.conv4j.engine.Engine;
import java.util.ArrayList;
import java.util.List;

/** Runs every exhibit on every engine. */
public final class Tour {
  /** The engine that defines what is right, and whose naive loops are what speed-ups refer to. */
  public static final String REFERENCE = "reference";

  private final List<Engine> engines;
  private final Engine reference;
  private final long budgetNanos;

  /**
   * Creates a tour.
   *
   * @param engines to compare and time, the best first; not closed here
   * @param reference what they are compared with; not closed here
   * @param budgetNanos the time for each work on each engine
   */
  public Tour(List<Engine> engines, Engine reference, long budgetNanos) {
    this.engines = List.copyOf(engines);
    this.reference = reference;
    this.budgetNanos = budgetNanos;
  }

  /**
   * One exhibit, done.
   *
   * @param exhibit what was shown
   * @param measurements one a work
   * @param panel the picture
   */
  public record Visited(Exhibit exhibit, List<Measurement> measurements, Panel panel) {}

  /** Runs one exhibit. */
  public Visited visit(Exhibit exhibit) {
    List<Measurement> measurements = new ArrayList<>();
    List<List<Planes>> results = new ArrayList<>();
    for (Work work : exhibit.works()) {
      Expected expected = Expected.of(work, reference);
      results.add(expected.stages());
      List<Measurement.EngineRun> runs = new ArrayList<>();
      for (Engine engine : engines) {
        runs.add(EngineTrial.run(work, expected, engine, budgetNanos));
      }
      measurements.add(new Measurement(exhibit.name(), work, expected.isExact(), runs));
    }
    Box drawing = exhibit.drawing().apply(new Exhibit.Results(results));
    var panel = new Panel(exhibit.name(), exhibit.caption(), exhibit.shapes(), drawing);
    return new Visited(exhibit, measurements, panel);
  }
}
