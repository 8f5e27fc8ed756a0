package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.compare.Race;
import io.github.conv4j.bench.text.TextTable;
import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Problem;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Times engines against each other on the layers of real networks. */
@Command(
    name = "bench",
    sortOptions = false,
    description = {
      "Time engines against each other, one thread, in turns, on layers of ResNet-50 and",
      "MobileNetV2 or of your own file of problem lines."
    })
final class BenchCommand implements Callable<Integer> {
  private static final String LAYERS = "/io/github/conv4j/bench/layers.txt";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--problems",
      paramLabel = "FILE",
      description = "Problem lines in benchdnn's syntax; # starts a comment.")
  private @Nullable Path problems;

  @Option(
      names = "--engines",
      split = ",",
      paramLabel = "NAMES",
      description =
          "Joined by commas; all but reference and auto if left out. The first is compared with.")
  private List<String> names = new ArrayList<>();

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      converter = LayoutNames.class,
      description = "nchw, nhwc or any; nhwc if left out.")
  private LayoutChoice layout = LayoutChoice.NHWC;

  @Option(
      names = "--millis",
      paramLabel = "N",
      description = "Measuring time for each layer and engine; ${DEFAULT-VALUE} if left out.")
  private int millis = 300;

  @Override
  public Integer call() {
    if (millis < 1 || millis > 60_000) {
      throw new ParameterException(
          spec.commandLine(), "--millis must be from 1 to 60000 but is " + millis);
    }
    List<Problem> layers = layers();
    List<Engine> engines = open();
    try {
      run(layers, engines);
      return ExitCodes.OK;
    } finally {
      engines.forEach(Engine::close);
    }
  }

  private void run(List<Problem> layers, List<Engine> engines) {
    var race = new Race(engines, millis * 1_000_000L);
    TextTable table = new TextTable(header(engines));
    double[] logs = new double[engines.size()];
    try (Progress progress = Progress.of("bench", layers.size())) {
      for (Problem layer : layers) {
        List<Race.Result> results = race.run(layer, layout);
        table.add(row(layer, results));
        for (int i = 0; i < logs.length; i++) {
          logs[i] += Math.log(results.getFirst().medianNanos() / results.get(i).medianNanos());
        }
        progress.step();
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    table.lines().forEach(out::println);
    for (int i = 1; i < logs.length; i++) {
      out.printf(
          "geometric mean: %s runs at %.2f times the speed of %s%n",
          engines.get(i).name(), Math.exp(logs[i] / layers.size()), engines.getFirst().name());
    }
    out.flush();
  }

  private static String[] header(List<Engine> engines) {
    List<String> cells = new ArrayList<>();
    cells.add("problem");
    for (int i = 0; i < engines.size(); i++) {
      cells.add(engines.get(i).name() + " µs");
      cells.add("quartiles");
      cells.add("GFLOP/s");
      if (i > 0) {
        cells.add("speed");
      }
      cells.add("implementation");
    }
    return cells.toArray(String[]::new);
  }

  private static String[] row(Problem layer, List<Race.Result> results) {
    List<String> cells = new ArrayList<>();
    cells.add(layer.line());
    Race.Result first = results.getFirst();
    for (int i = 0; i < results.size(); i++) {
      Race.Result result = results.get(i);
      cells.add("%.1f".formatted(result.medianNanos() / 1e3));
      cells.add("%.1f-%.1f".formatted(result.lowerNanos() / 1e3, result.upperNanos() / 1e3));
      cells.add("%.0f".formatted(2.0 * layer.multiplications() / result.medianNanos()));
      if (i > 0) {
        boolean overlap =
            result.lowerNanos() <= first.upperNanos() && first.lowerNanos() <= result.upperNanos();
        cells.add(
            "%s%.2fx".formatted(overlap ? "~" : "", first.medianNanos() / result.medianNanos()));
      }
      cells.add(result.implementation());
    }
    return cells.toArray(String[]::new);
  }

  private List<Engine> open() {
    List<String> chosen = names;
    if (chosen.isEmpty()) {
      chosen =
          Engines.survey().stream()
              .filter(found -> found.availability() instanceof Availability.Available)
              .map(Engines.Survey::name)
              .filter(name -> !name.equals("reference") && !name.equals(EngineChoice.AUTO))
              .toList();
    }
    chosen.forEach(name -> EngineChoice.requireKnown(name, spec.commandLine()));
    return chosen.stream().map(name -> Engines.named(name, new EngineOptions(1))).toList();
  }

  private List<Problem> layers() {
    List<Problem> layers = new ArrayList<>();
    for (String line : text().lines().toList()) {
      String problem = line.replaceFirst("#.*", "").strip();
      if (!problem.isEmpty()) {
        try {
          layers.add(Problem.parse(problem));
        } catch (IllegalArgumentException e) {
          throw new ParameterException(
              spec.commandLine(), Objects.requireNonNullElse(e.getMessage(), problem), e);
        }
      }
    }
    if (layers.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "there is no problem in " + problems);
    }
    return layers;
  }

  private String text() {
    try (InputStream own = BenchCommand.class.getResourceAsStream(LAYERS)) {
      return problems == null
          ? new String(Objects.requireNonNull(own).readAllBytes(), StandardCharsets.UTF_8)
          : Files.readString(problems);
    } catch (IOException e) {
      throw new ParameterException(spec.commandLine(), "cannot read " + problems, e);
    }
  }
}
