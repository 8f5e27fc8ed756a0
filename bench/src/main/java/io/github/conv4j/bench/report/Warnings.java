package io.github.conv4j.bench.report;

import io.github.conv4j.bench.tour.Measurement;
import io.github.conv4j.bench.tour.Tour;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.SequencedMap;
import java.util.SequencedSet;

/** What is slower, uglier or missing: one entry a work, with its sentences. */
public final class Warnings {
  private Warnings() {}

  /** Returns the sentences about each work that has any. */
  public static SequencedMap<String, List<String>> of(List<Measurement> measurements) {
    SequencedMap<String, List<String>> found = new LinkedHashMap<>();
    for (Measurement measurement : measurements) {
      SequencedSet<String> sentences = new LinkedHashSet<>(measurement.work().warnings());
      for (Measurement.EngineRun run : measurement.runs()) {
        // The reference is slow by design, and its column says so.
        if (!run.engine().equals(Tour.REFERENCE)) {
          run.warnings().forEach(warning -> sentences.add(run.engine() + ": " + warning));
        }
        if (!run.ran()) {
          sentences.add(run.engine() + " refused: " + run.refusal());
        } else if (!run.agrees()) {
          sentences.add(
              "%s DISAGREES by up to %s"
                  .formatted(run.engine(), Figures.error(run.largestError())));
        }
      }
      if (!sentences.isEmpty()) {
        found.put(measurement.name(), List.copyOf(sentences));
      }
    }
    return found;
  }
}
