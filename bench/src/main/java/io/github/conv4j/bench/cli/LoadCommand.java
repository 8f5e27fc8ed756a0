package io.github.conv4j.bench.cli;

import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.bench.contender.Contender;
import io.github.conv4j.bench.contender.EngineContender;
import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.Peers;
import io.github.conv4j.bench.contender.SameResult;
import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.bench.load.Burner;
import io.github.conv4j.bench.load.Lane;
import io.github.conv4j.bench.load.LaneName;
import io.github.conv4j.bench.load.LaneResult;
import io.github.conv4j.bench.load.LoadFile;
import io.github.conv4j.bench.load.LoadRun;
import io.github.conv4j.bench.whole.NetworkContender;
import io.github.conv4j.bench.whole.NetworkTask;
import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.EngineStatus;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.LayoutChoice;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Lets many clients call at once and shows throughput and the distribution of latencies. */
@Command(
    name = "load",
    sortOptions = false,
    description = {
      "Let clients call a convolution, or a network, at once, as in a server: throughput,",
      "percentiles, errors.",
      "Without --rate each client calls again at once (closed loop). With --rate requests start at",
      "fixed times whoever is free, and waiting counts (open loop, no coordinated omission).",
      "Contenders take turns of a quarter of a second. Several numbers of clients also show what",
      "sharing one engine costs beside an engine of one thread for each client."
    })
final class LoadCommand implements Callable<Integer> {
  private static final int MOST_CLIENTS = 1024;
  private static final double MOST_SECONDS = 86_400;
  private static final double MOST_RATE = 1e7;
  private static final String USUAL = "mb1_ic64oc64_ih56kh3ph1";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--clients",
      split = ",",
      paramLabel = "N",
      description = "How many clients at once, or several numbers joined by commas; 4 if left out.")
  private List<Integer> clientCounts = List.of(4);

  @Option(
      names = "--seconds",
      paramLabel = "S",
      description = "Measuring time for each contender and number; ${DEFAULT-VALUE} if left out.")
  private double seconds = 10;

  @Option(
      names = "--rate",
      paramLabel = "R",
      description = "Requests a second of all clients together; a closed loop if left out.")
  private double rate;

  @Option(
      names = "--problem",
      paramLabel = "LINE",
      description = {
        "A convolution in benchdnn's syntax; " + USUAL + " if left out. With",
        "--together, and as often as wanted: a layer of the request, behind its networks."
      })
  private List<String> lines = new ArrayList<>();

  @Option(
      names = "--network",
      split = ",",
      paramLabel = "FILE[:INPUT=1x3x480x480]|SET",
      description = {
        "Networks instead of a convolution, one after the other, as bench --networks takes them;"
            + " by",
        "engines onednn and vector if --engines names none."
      })
  private List<String> networks = new ArrayList<>();

  @Option(
      names = "--together",
      description =
          "With --network: all networks, one after the other, and the layers of --problem behind"
              + " them are one request. They share one engine; one that is named twice runs twice.")
  private boolean together;

  @Option(
      names = "--burn",
      paramLabel = "N",
      description = "So many threads burn processors meanwhile, as neighbours do; 0 if left out.")
  private int burners;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description = "With --network: the folder with the files of a set; its folders too.")
  private @Nullable Path models;

  @Option(names = "--transposed", description = "A transposed convolution (deconvolution).")
  private boolean transposed;

  @Option(
      names = "--engines",
      split = ",",
      paramLabel = "NAMES",
      description = "Joined by commas; all but the reference if left out.")
  private List<String> engineNames = new ArrayList<>();

  @Option(
      names = "--peers",
      description = "Other libraries as well; the launcher fetches them on first use.")
  private boolean peers;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description = {
        "Threads of all calls together; one for each processor if left out. Other libraries",
        "count threads for each call: they get this number divided by the clients, at least 1."
      })
  private int threads = Runtime.getRuntime().availableProcessors();

  @Option(
      names = "--dt",
      paramLabel = "TYPES",
      split = ",",
      description = {
        "With --problem: other types beside f32, src:weights:dst, for example",
        "bf16:bf16:bf16,u8:s8:u8; how many times the calls of f32, and how far from it, are below."
      })
  private List<String> types = new ArrayList<>();

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      converter = LayoutNames.class,
      description = "nchw, nhwc or any, where there is a choice; nhwc if left out.")
  private LayoutChoice layout = LayoutChoice.NHWC;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Write load.json with all percentiles into this folder.")
  private @Nullable Path out;

  @Override
  public Integer call() throws IOException {
    requireRanges();
    return networks.isEmpty() ? loadConvolution() : loadNetworks();
  }

  private int loadConvolution() throws IOException {
    Task task = layer(lines.isEmpty() ? USUAL : lines.getFirst());
    var typed = new TypedLanes(parsedTypes(), task.problem());
    List<Contender> contenders = contenders();
    List<Lane> lanes = new ArrayList<>();
    List<Contender> apart = new ArrayList<>();
    List<LaneResult> results;
    List<String> notes;
    try {
      for (Contender contender : contenders) {
        if (enter(contender, task, lanes, apart)) {
          typed.add(contender, clientCounts, threads, lanes, this::print);
        }
      }
      if (lanes.isEmpty()) {
        print("nobody can compute this problem");
        return ExitCodes.UNAVAILABLE;
      }
      float[] floats = SameResult.expected(task);
      results = run(lanes, lane -> typed.expected(lane).orElse(floats));
      notes = typed.notes(results);
    } finally {
      lanes.forEach(Lane::close);
      typed.close();
      apart.forEach(Contender::close);
      contenders.forEach(Contender::close);
    }
    int exitCode =
        finish(
            new LoadFile(false, task.problem().convolution().isTransposed(), layout, rate),
            Map.of(task.problem().line(), results));
    notes.forEach(this::print);
    return exitCode;
  }

  private List<ConvolutionTypes> parsedTypes() {
    try {
      return types.stream().map(ConvolutionTypes::parse).toList();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private int loadNetworks() throws IOException {
    CommandLine command = spec.commandLine();
    List<NetworkContender> contenders =
        WholeNetworks.contenders(
            command, engineNames, Set.of("onednn", "vector"), FpmathMode.STRICT, peers);
    List<Task> layers = lines.stream().map(this::layer).toList();
    Map<String, List<LaneResult>> results = new LinkedHashMap<>();
    for (List<NetworkTask> request : requests(command)) {
      String line =
          Stream.concat(
                  request.stream().map(NetworkTask::line),
                  layers.stream().map(layer -> layer.problem().line()))
              .collect(Collectors.joining(" + "));
      try (var _ = LogLines.withoutWarnings();
          var lanes = new NetworkLanes(request, layers, rate)) {
        for (NetworkContender contender : contenders) {
          lanes
              .add(contender, clientCounts, measuresFairness())
              .ifPresent(lack -> print("without %s: %s".formatted(contender.name(), lack)));
        }
        if (lanes.all().isEmpty()) {
          print("nobody can run " + line);
          return ExitCodes.UNAVAILABLE;
        }
        results.put(line, run(lanes.all(), _ -> lanes.all().getFirst().firstResult()));
      }
    }
    return finish(new LoadFile(true, false, layout, rate), results);
  }

  /** Each network alone, or all of them as one. */
  private List<List<NetworkTask>> requests(CommandLine command) {
    return together
        ? List.of(NetworkTasks.each(command, networks, models, threads))
        : NetworkTasks.of(command, networks, models, threads).stream().map(List::of).toList();
  }

  private List<LaneResult> run(List<Lane> lanes, Function<Lane, float[]> expected) {
    var run = new LoadRun(lanes, seconds);
    try (Progress progress = Progress.of("load", run.stepCount());
        var _ = new Burner(burners)) {
      run.warmUp(progress::step);
      for (Lane lane : lanes) {
        SameResult.difference(expected.apply(lane), lane.firstResult())
            .ifPresent(difference -> lane.countError("the result is wrong: " + difference));
      }
      return run.measure(progress::step);
    }
  }

  private int finish(LoadFile file, Map<String, List<LaneResult>> results) throws IOException {
    if (out != null) {
      print("wrote " + file.write(out, results));
    }
    var table = new LoadTable(threads, rate, measuresFairness(), file.networks());
    results.forEach(
        (problem, lanes) -> {
          if (file.networks()) {
            print(problem);
          }
          table.lines(lanes).forEach(this::print);
        });
    boolean failed =
        results.values().stream().flatMap(List::stream).anyMatch(lane -> lane.errors() > 0);
    return failed ? ExitCodes.FAILED : ExitCodes.OK;
  }

  /** Returns whether it takes part. */
  private boolean enter(Contender contender, Task task, List<Lane> lanes, List<Contender> apart) {
    Optional<String> lack = contender.lack(task);
    if (lack.isPresent()) {
      print("without " + contender.name() + ": " + lack.get());
      return false;
    }
    if (contender instanceof EngineContender && measuresFairness()) {
      lanes.add(apart(contender, task, apart));
    }
    for (int clients : clientCounts) {
      boolean sharesThreads = contender instanceof EngineContender;
      int each = sharesThreads ? threads : Math.max(1, threads / clients);
      var name = new LaneName(contender.name(), contender.version(), clients, each, false);
      lanes.add(new Lane(name, contender.enter(task.withThreads(each), clients), rate));
    }
    return true;
  }

  /** Opens one client for each processor, each with an engine of one thread. */
  private Lane apart(Contender contender, Task task, List<Contender> opened) {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      var own = new EngineContender(contender.name());
      opened.add(own);
      entries.add(own.enter(task.withThreads(1)));
    }
    return new Lane(
        new LaneName(contender.name(), contender.version(), threads, 1, true), entries, 0);
  }

  private boolean measuresFairness() {
    return clientCounts.size() > 1 && rate == 0;
  }

  private void print(String text) {
    PrintWriter writer = spec.commandLine().getOut();
    writer.println(Terminal.printable(text));
    writer.flush();
  }

  private List<Contender> contenders() {
    List<String> names = engineNames;
    if (names.isEmpty()) {
      names =
          Engines.survey().stream()
              .filter(found -> found.availability() instanceof Availability.Available)
              .map(EngineStatus::name)
              .filter(name -> !name.equals("reference"))
              .toList();
    }
    names.forEach(name -> EngineChoice.requireKnown(name, spec.commandLine()));
    List<Contender> contenders = new ArrayList<>();
    names.forEach(name -> contenders.add(new EngineContender(name)));
    if (peers) {
      List<Contender> others = Peers.open();
      if (others.isEmpty()) {
        throw new ParameterException(spec.commandLine(), Peers.REMEDY);
      }
      contenders.addAll(others);
    }
    return contenders;
  }

  private void requireRanges() {
    for (int clients : clientCounts) {
      require(clients >= 1 && clients <= MOST_CLIENTS, "--clients must be from 1 to 1024");
    }
    require(!clientCounts.isEmpty(), "--clients must be from 1 to 1024");
    require(seconds > 0 && seconds <= MOST_SECONDS, "--seconds must be above 0, at most 86400");
    require(rate >= 0 && rate <= MOST_RATE, "--rate must be above 0, at most 10000000");
    require(threads >= 1 && threads <= MOST_CLIENTS, "--threads must be from 1 to 1024");
    require(burners >= 0 && burners <= MOST_CLIENTS, "--burn must be from 0 to 1024");
    require(!together || !networks.isEmpty(), "--together is of --network");
    require(together || lines.size() <= 1, "several --problem are of --together");
    require(
        together || networks.isEmpty() || lines.isEmpty(),
        "--problem beside --network is of --together");
    require(types.isEmpty() || networks.isEmpty(), "--dt is of convolutions, not of --network");
    require(types.isEmpty() || rate == 0, "--dt compares closed loops, without --rate");
  }

  private void require(boolean fits, String sentence) {
    if (!fits) {
      throw new ParameterException(spec.commandLine(), sentence);
    }
  }

  private Task layer(String line) {
    return Task.random(parse(line), layout, threads, 1);
  }

  private Problem parse(String line) {
    try {
      Problem problem = transposed ? Problem.parseTransposed(line) : Problem.parse(line);
      require(problem.types().isF32(), "load runs f32 but the line says " + problem.types());
      return problem;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }
}
