package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.report.TourFiles;
import io.github.conv4j.bench.report.TourTable;
import io.github.conv4j.bench.report.TypesTable;
import io.github.conv4j.bench.report.Warnings;
import io.github.conv4j.bench.tour.Exhibit;
import io.github.conv4j.bench.tour.Exhibits;
import io.github.conv4j.bench.tour.Measurement;
import io.github.conv4j.bench.tour.Photo;
import io.github.conv4j.bench.tour.Tour;
import io.github.conv4j.bench.typed.TypeTime;
import io.github.conv4j.bench.typed.TypesRace;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Shows every variant on a photo, on every engine. */
@Command(
    name = "tour",
    sortOptions = false,
    description = {
      "Run every kind of convolution on a photo with every engine, and compare them.",
      "Then a few layers as f32, bf16 and bytes: how fast, and how far from f32.",
      "Prints the figures; writes a contact sheet, a picture for each variant, and a report.",
      "The exit code is 1 if engines disagree."
    })
final class TourCommand implements Callable<Integer> {
  private static final int PHOTO_WIDTH = 480;
  private static final int PHOTO_HEIGHT = 360;
  private static final int QUICK_SHARE = 3;
  private static final long BUDGET_NANOS = 300_000_000;
  private static final long QUICK_BUDGET_NANOS = 10_000_000;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--image",
      paramLabel = "FILE",
      description = "The photo; a cat that ships with conv4j if left out.")
  private @Nullable Path image;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the files go; ./conv4j-tour if left out.")
  private Path out = Path.of("conv4j-tour");

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      split = ",",
      description =
          "Only these engines, which must be able to start; all that can but auto if left"
              + " out.")
  private @Nullable List<String> engineNames;

  @Option(names = "--quick", description = "A smaller photo and shorter measurements.")
  private boolean quick;

  @Override
  public Integer call() throws IOException {
    Photo photo = photo();
    Folders.prepare(out, spec.commandLine());
    try (var engines = TourEngines.open(engineNames, spec.commandLine());
        var _ = LogLines.withoutWarnings()) {
      PrintWriter stdout = spec.commandLine().getOut();
      List<Tour.Visited> visits = visits(photo, engines);
      List<Measurement> measurements =
          visits.stream().flatMap(visit -> visit.measurements().stream()).toList();
      TourTable.of(measurements, engines.names()).lines().stream()
          .map(Terminal::printable)
          .forEach(stdout::println);
      stdout.println();
      Warnings.of(measurements)
          .forEach(
              (name, sentences) ->
                  sentences.forEach(sentence -> stdout.println(name + ": " + sentence)));
      engines.notes().forEach(stdout::println);
      List<String> refused = new ArrayList<>();
      List<TypeTime> types = types(engines.open(), refused);
      if (!types.isEmpty()) {
        stdout.println();
        TypesTable.lines(types).forEach(stdout::println);
      }
      refused.stream().map(Terminal::printable).forEach(stdout::println);
      stdout.println();
      List<String> disagreeing =
          visits.stream()
              .filter(visit -> !visit.measurements().stream().allMatch(Measurement::agrees))
              .map(visit -> visit.exhibit().name())
              .toList();
      String summary = summary(visits.size(), engines.names().size(), disagreeing);
      String written = TourFiles.write(out, visits, types, engines.names(), summary);
      stdout.println(written + ": " + summary);
      stdout.flush();
      return disagreeing.isEmpty() ? ExitCodes.OK : ExitCodes.FAILED;
    }
  }

  private Photo photo() {
    int width = PHOTO_WIDTH / (quick ? QUICK_SHARE : 1);
    int height = PHOTO_HEIGHT / (quick ? QUICK_SHARE : 1);
    try {
      return image == null ? Photo.shipped(width, height) : Photo.read(image, width, height);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private List<Tour.Visited> visits(Photo photo, TourEngines engines) {
    List<Exhibit> exhibits = Exhibits.of(photo);
    List<Tour.Visited> visits = new ArrayList<>();
    try (Engine reference = Engines.named(Tour.REFERENCE);
        var progress = Progress.of("tour", exhibits.size())) {
      var tour = new Tour(engines.open(), reference, quick ? QUICK_BUDGET_NANOS : BUDGET_NANOS);
      for (Exhibit exhibit : exhibits) {
        progress.step(exhibit.name(), () -> visits.add(tour.visit(exhibit)));
      }
    }
    return visits;
  }

  /** The reference has no types that are faster than others. */
  private List<TypeTime> types(List<Engine> engines, List<String> refused) {
    List<Engine> fast =
        engines.stream().filter(engine -> !engine.name().equals(Tour.REFERENCE)).toList();
    List<String> layers = quick ? TypesRace.QUICK_LAYERS : TypesRace.FEW_LAYERS;
    try (var progress = Progress.of("types", (long) fast.size() * layers.size())) {
      return TypesRace.usual(quick ? QUICK_BUDGET_NANOS : BUDGET_NANOS)
          .run(fast, layers, _ -> progress.step(), refused::add);
    }
  }

  private static String summary(int variantCount, int engineCount, List<String> disagreeing) {
    String verdict =
        disagreeing.isEmpty() ? "all agree" : "DISAGREEMENT in " + String.join(", ", disagreeing);
    return "%d variants, %d %s, %s"
        .formatted(variantCount, engineCount, engineCount == 1 ? "engine" : "engines", verdict);
  }
}
