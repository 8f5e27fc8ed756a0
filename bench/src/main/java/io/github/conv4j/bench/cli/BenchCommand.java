package io.github.conv4j.bench.cli;

import io.github.conv4j.FpmathMode;
import io.github.conv4j.bench.contender.Contender;
import io.github.conv4j.bench.network.NetworkLayer;
import io.github.conv4j.bench.network.Networks;
import io.github.conv4j.bench.report.BenchFiles;
import io.github.conv4j.bench.report.BenchText;
import io.github.conv4j.bench.report.NetworkPage;
import io.github.conv4j.bench.report.NetworkText;
import io.github.conv4j.bench.results.BenchResults;
import io.github.conv4j.bench.results.LoadResults;
import io.github.conv4j.bench.results.Outcome;
import io.github.conv4j.bench.whole.NetworkContender;
import io.github.conv4j.bench.whole.NetworkResults;
import io.github.conv4j.bench.whole.NetworkTask;
import io.github.conv4j.validation.LayoutChoice;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.Spec;

/** Compares engines, and other libraries, on the convolutions of networks. */
@Command(
    name = "bench",
    sortOptions = false,
    description = {
      "Compare engines, and other libraries, on the convolutions of networks: in turns, in one",
      "process, beside the limits of the machine. Prints the figures; writes them as JSON and as a",
      "report. The exit code is 1 if an engine computes something else than the judge."
    })
final class BenchCommand implements Callable<Integer> {
  static final int MOST_THREADS = 256;
  private static final int MOST_PAIRS = 100_000;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--problems",
      split = ",",
      paramLabel = "FILE|NETWORK",
      description = {
        "Files of problem lines in benchdnn's syntax, or networks, joined by commas: resnet50,",
        "mobilenetv2, efficientnetb0, vgg16, unet, resnext50, deeplabv3, r3d18, superresolution,",
        "ocr, small, or quick for some layers of each. All networks if left out."
      })
  private List<String> problems = new ArrayList<>();

  @Option(
      names = "--engines",
      split = ",",
      paramLabel = "NAMES",
      description = {
        "Joined by commas; vector:relaxed asks for the relaxed accuracy, vector@2 for 2 threads of",
        "a call beside others, vector@2:relaxed for both. All but the reference if left out,"
            + " strict",
        "and relaxed. The first is compared with."
      })
  private List<String> names = new ArrayList<>();

  @Option(names = "--peers", description = "Other libraries too, where they are built in.")
  private boolean peers;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = "Threads of one call, where no name says it; ${DEFAULT-VALUE} if left out.")
  private int threads = 1;

  @Option(
      names = "--accuracy",
      paramLabel = "ACCURACY",
      description =
          "strict or relaxed, for engines not named :relaxed; both if none is named and this is"
              + " left out.")
  private BenchContenders.Accuracies accuracy = BenchContenders.Accuracies.BOTH;

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      converter = LayoutNames.class,
      description = "nchw, nhwc or any; nhwc if left out.")
  private LayoutChoice layout = LayoutChoice.NHWC;

  @Option(
      names = "--quick",
      description = "Some layers of each network, in 3 minutes instead of 30.")
  private boolean quick;

  @Option(
      names = "--millis",
      paramLabel = "N",
      description = "Time for each layer and contender, instead of what the whole time allows.")
  private @Nullable Integer millis;

  @Option(
      names = "--post-ops",
      paramLabel = "LIST",
      description = "Post-ops for each problem, for example add:per_tensor:run,relu.")
  private @Nullable String postOps;

  @Option(
      names = "--no-floor",
      description = {
        "Leave out what a call of onednn costs beside C over the same library, which takes 10 s,"
            + " or",
        "45 s without --quick and --millis."
      })
  private boolean withoutFloor;

  @Option(
      names = "--no-limits",
      description = "Leave out the limits of the machine, which take some seconds.")
  private boolean withoutLimits;

  @Option(
      names = "--no-types",
      description = "Leave out layers of bf16 and of integers beside f32, which take some seconds.")
  private boolean withoutTypes;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where the files go; ./conv4j-bench if left out.")
  private Path out = Path.of("conv4j-bench");

  @Option(
      names = "--load",
      paramLabel = "FILE",
      description = "Results of conv4j load, for its bars and the report.")
  private @Nullable Path load;

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description = "Measure nothing; write the report of these results again.")
  private @Nullable Path from;

  @Option(
      names = "--equal-work",
      description = {
        "Instead: race pairs of problems that are the same work written in two ways, on 1 and 2"
            + " threads,",
        "and list those that are more than 2 times apart (engine auto: 1.3, where results are equal"
            + " too).",
        "The exit code is 0."
      })
  private boolean equalWork;

  @Option(
      names = "--pairs",
      paramLabel = "N",
      description = "With --equal-work: so many pairs by chance; ${DEFAULT-VALUE} if left out.")
  private int pairs = 300;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "With --equal-work: of the pairs by chance; ${DEFAULT-VALUE} if left out.")
  private long seed = 1;

  @Option(
      names = "--networks",
      split = ",",
      paramLabel = "FILE[:INPUT=1x3x480x480]|SET",
      description = {
        "Instead: whole networks from ONNX files, or sets of them, joined by commas, by engines",
        "onednn and auto, or those that --engines names; with --peers by ONNX Runtime too.",
        "Dimensions that a file leaves open are written behind it. Sets: ocr, of the build;",
        "blazeface and light, of the folder that --models names. --millis is the time of each",
        "contender; 3000 if left out."
      })
  private List<String> networks = new ArrayList<>();

  @Option(
      names = "--fpmath",
      paramLabel = "MODE",
      description = {
        "With --networks: bf16 lets each engine take part a second time, as onednn:bf16, where f32",
        "may be multiplied as bf16; its difference from the first shows the error."
      })
  private FpmathMode fpmath = FpmathMode.STRICT;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "With --networks: the folder with the files of a set; its folders too.")
  private @Nullable Path models;

  @Option(
      names = "--no-start-up",
      description = {
        "With --networks: do not start each contender in a process of its own too, where reading,",
        "preparing, the first run and memory are measured."
      })
  private boolean withoutStartUp;

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (!networks.isEmpty() || isOfNetworks(from)) {
      return raceNetworks();
    }
    if (equalWork) {
      return raceEqualWork();
    }
    requireRange("--millis", millis == null ? 1 : millis, 60_000);
    requireRange("--threads", threads, MOST_THREADS);
    LoadResults loaded = load == null ? null : read(load, LoadResults::read);
    BenchResults old = from == null ? null : read(from, BenchResults::read);
    List<NetworkLayer> layers = layers();
    prepareOut();
    PrintWriter stdout = spec.commandLine().getOut();
    BenchResults results = old == null ? measure(layers, stdout) : old;
    BenchText.lines(results, loaded).stream().map(Terminal::printable).forEach(stdout::println);
    stdout.println();
    stdout.println(BenchFiles.write(out, results, loaded));
    stdout.flush();
    return allAgree(results) ? ExitCodes.OK : ExitCodes.FAILED;
  }

  private BenchResults measure(List<NetworkLayer> layers, PrintWriter stdout)
      throws InterruptedException {
    try (var contenders =
            BenchContenders.open(names, accuracy, peers, threads, spec.commandLine());
        var _ = LogLines.withoutWarnings()) {
      List<Contender> all = contenders.all();
      contenders.absent().forEach(stdout::println);
      if (all.isEmpty()) {
        throw new ParameterException(spec.commandLine(), "no engine can start on this machine");
      }
      var run =
          new BenchRun(
              contenders,
              threads,
              layout,
              quick,
              millis,
              !withoutFloor,
              !withoutLimits,
              !withoutTypes);
      return run.measure(layers, command(), stdout::println);
    }
  }

  private int raceEqualWork() {
    requireRange("--threads", threads, MOST_THREADS);
    if (pairs < 0 || pairs > MOST_PAIRS) {
      throw new ParameterException(
          spec.commandLine(),
          "--pairs must be from 0 to %d but is %d".formatted(MOST_PAIRS, pairs));
    }
    PrintWriter stdout = spec.commandLine().getOut();
    try (var _ = LogLines.withoutWarnings()) {
      EqualWork.run(spec.commandLine(), names, threadCounts(), seed, pairs, stdout);
    }
    return ExitCodes.OK;
  }

  private boolean isOfNetworks(@Nullable Path results) {
    return results != null && read(results, NetworkResults::isIn);
  }

  private int raceNetworks() throws IOException, InterruptedException {
    requireRange("--threads", threads, MOST_THREADS);
    requireRange("--millis", millis == null ? 1 : millis, 600_000);
    LoadResults loaded = load == null ? null : read(load, LoadResults::read);
    PrintWriter stdout = spec.commandLine().getOut();
    NetworkResults results;
    if (from == null) {
      results = measureNetworks(stdout);
    } else {
      prepareOut();
      results = read(from, NetworkResults::read);
      WholeNetworks.print(stdout, NetworkText.lines(results));
    }
    stdout.println();
    stdout.println(NetworkPage.write(out, results, loaded));
    stdout.flush();
    return ExitCodes.OK;
  }

  private NetworkResults measureNetworks(PrintWriter stdout) throws InterruptedException {
    CommandLine command = spec.commandLine();
    List<NetworkContender> contenders =
        WholeNetworks.contenders(command, names, Set.of("onednn", "auto"), fpmath, peers);
    List<NetworkTask> tasks = NetworkTasks.of(command, networks, models, threads);
    prepareOut();
    try (var _ = LogLines.withoutWarnings()) {
      return WholeNetworks.run(
          tasks, contenders, millis == null ? 3_000 : millis, !withoutStartUp, command(), stdout);
    }
  }

  private List<Integer> threadCounts() {
    ParseResult parsed = spec.commandLine().getParseResult();
    return parsed.hasMatchedOption("--threads") ? List.of(threads) : List.of(1, 2);
  }

  private String command() {
    ParseResult parsed = spec.commandLine().getParseResult();
    return "./conv4j bench "
        + String.join(" ", parsed == null ? List.of() : parsed.expandedArgs()).strip();
  }

  private static boolean allAgree(BenchResults results) {
    List<String> ours =
        results.contenders().stream()
            .filter(BenchResults.Participant::ours)
            .map(BenchResults.Participant::name)
            .toList();
    return results.layers().stream()
        .flatMap(layer -> layer.entrants().stream())
        .filter(entrant -> ours.contains(entrant.contender()))
        .noneMatch(entrant -> entrant.outcome() == Outcome.DISAGREES);
  }

  private void requireRange(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new ParameterException(
          spec.commandLine(), "%s must be from 1 to %d but is %d".formatted(option, most, value));
    }
  }

  private List<NetworkLayer> layers() {
    List<String> chosen = problems;
    if (chosen.isEmpty()) {
      chosen = quick ? List.of(Networks.QUICK) : Networks.names();
    }
    List<NetworkLayer> layers = new ArrayList<>();
    for (String each : chosen) {
      if (Networks.isKnown(each)) {
        layers.addAll(Networks.layers(each));
      } else {
        layers.addAll(file(Path.of(each)));
      }
    }
    if (layers.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(), "there is no problem in " + String.join(", ", problems));
    }
    try {
      PostOpsOption.requireReadable(postOps);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
    return layers.stream().map(this::withPostOps).toList();
  }

  private NetworkLayer withPostOps(NetworkLayer layer) {
    return new NetworkLayer(
        PostOpsOption.apply(postOps, layer.problem()),
        layer.network(),
        layer.name(),
        layer.count());
  }

  private List<NetworkLayer> file(Path path) {
    try {
      return BatchFile.read(path, false).problems().stream().map(NetworkLayer::of).toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private interface Reader<T> {
    T read(Path file) throws IOException;
  }

  private <T> T read(Path file, Reader<T> reader) {
    try {
      return reader.read(file);
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), "cannot read '%s': %s".formatted(file, e.getMessage()), e);
    }
  }

  private void prepareOut() {
    try {
      Files.createDirectories(out);
    } catch (IOException e) {
      throw new ParameterException(
          spec.commandLine(), "cannot make the folder '%s'".formatted(out), e);
    }
  }
}
