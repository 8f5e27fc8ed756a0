package io.github.conv4j.bench.overhead;

import com.google.gson.GsonBuilder;
import io.github.conv4j.bench.toolchain.TemporaryFolder;
import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
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

/** Measures what conv4j adds to oneDNN, beside a C program that makes the same calls. */
@Command(
    name = "overhead",
    sortOptions = false,
    description = {
      "Measure what conv4j adds to oneDNN: per call (against C over the same library), per prepare,"
          + " per load, and in bytes.",
      "The comparison needs a C compiler; the rest is measured without one, too."
    })
public final class OverheadCommand implements Callable<Integer> {
  private static final int FEWEST_ROUNDS = 5;
  private static final int MOST_ROUNDS = 1_000;
  private static final int TRIALS = 5;
  private static final int FIRST_LOADS = 3;
  private static final int LATER_LOADS = 5;
  private static final int DISAGREED = 1;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--json",
      paramLabel = "FILE",
      description = "Write all figures to this file as well, times in nanoseconds.")
  private @Nullable Path json;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "20",
      description =
          "Turns of C and Java in each of 5 JVMs, at least 5; ${DEFAULT-VALUE} if left out.")
  private int rounds;

  private int step;
  private int stepCount;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (rounds < FEWEST_ROUNDS || rounds > MOST_ROUNDS) {
      throw new ParameterException(
          spec.commandLine(),
          "--rounds must be from %d to %d but is %d".formatted(FEWEST_ROUNDS, MOST_ROUNDS, rounds));
    }
    PrintWriter out = spec.commandLine().getOut();
    try {
      OverheadReport report = measure();
      OverheadText.lines(report).forEach(out::println);
      out.flush();
      if (json != null) {
        write(report, json);
      }
      return 0;
    } catch (DisagreementException e) {
      spec.commandLine().getErr().println("conv4j: " + e.getMessage());
      return DISAGREED;
    }
  }

  private OverheadReport measure() throws IOException, InterruptedException, DisagreementException {
    List<Layer> layers = Layer.all();
    stepCount = 1 + TRIALS + layers.size() + 1;
    double loadBefore = loadAverage();
    try (var folder = new TemporaryFolder()) {
      Availability.Available found = NativeEngine.requireAvailable();
      progress("compiling the C program");
      FloorCompiler.Result floor = new FloorCompiler(System.getenv()).compile(folder.path());
      var trials = new Trials();
      for (int i = 1; i <= TRIALS; i++) {
        progress("prepare and calls in JVM %d of %d".formatted(i, TRIALS));
        trials.add(folder.path(), floor, NativeEngine.library(found), rounds);
      }
      List<OverheadReport.Allocation> allocations = new ArrayList<>();
      try (Engine engine =
          Engines.named(NativeEngine.NAME, EngineOptions.defaults().withThreads(1))) {
        var allocationCounts = new AllocationCounts(engine);
        for (Layer layer : layers) {
          progress("allocation of " + layer);
          allocations.addAll(allocationCounts.measure(layer));
        }
      }
      progress("loading in %d JVMs".formatted(FIRST_LOADS + LATER_LOADS));
      List<OverheadReport.Load> loads =
          new LoadTimes(folder.path(), FIRST_LOADS, LATER_LOADS).measure();
      return new OverheadReport(
          machine(found, loadBefore),
          describe(floor),
          trials.calls(),
          allocations,
          trials.prepares(),
          loads);
    }
  }

  private String describe(FloorCompiler.Result result) {
    return switch (result) {
      case FloorCompiler.Result.Compiled compiled ->
          "C by %s over the same library, both sides giving the same numbers; median and range of %d"
                  .formatted(compiled.compiler(), TRIALS)
              + " JVMs, each the median of %d rounds in turns".formatted(rounds);
      case FloorCompiler.Result.Absent absent -> absent.reason();
    };
  }

  private static OverheadReport.Machine machine(Availability.Available found, double loadBefore) {
    return new OverheadReport.Machine(
        Runtime.version().toString(),
        "%s %s".formatted(System.getProperty("os.name"), System.getProperty("os.arch")),
        found.version() + ", " + found.detail(),
        Runtime.getRuntime().availableProcessors(),
        loadBefore,
        loadAverage());
  }

  private static double loadAverage() {
    return ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
  }

  private void progress(String what) {
    step++;
    spec.commandLine().getErr().println("conv4j: [%d/%d] %s".formatted(step, stepCount, what));
  }

  private static void write(OverheadReport report, Path file) throws IOException {
    String text = new GsonBuilder().setPrettyPrinting().create().toJson(report);
    Path parent = file.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    Files.writeString(file, text + System.lineSeparator());
  }
}
