package io.github.conv4j.bench.cli;

import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.RandomProblems;
import io.github.conv4j.validation.RandomTypes;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Gatherers;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Holds an engine against the reference. */
@Command(
    name = "verify",
    sortOptions = false,
    description = {
      "Compare an engine with the naive loops, problem by problem.",
      "Integer values make every sum exact, so that a correct engine gives the same bits.",
      "Problems are lines in benchdnn's syntax, for example ic64ih56oc64kh3ph1.",
      "With --network: compare every tensor of a network between its fused steps.",
      "Ends with 'N passed, M failed'; the exit code is 1 if a problem or tensor failed."
    })
final class VerifyCommand implements Callable<Integer> {
  private static final long DEFAULT_SEED = 1;
  private static final String RANDOM = "random";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description = "The engine; the best if left out.")
  private @Nullable String engineName;

  @Mixin private TypesOption types = new TypesOption();

  @Mixin private PermissionOptions permissions = new PermissionOptions();

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      converter = LayoutNames.class,
      split = ",",
      description = "nchw, nhwc, any, or several with commas; all if left out.")
  private @Nullable List<LayoutChoice> layouts;

  @Option(names = "--problem", paramLabel = "LINE", arity = "1..*", description = "Problems.")
  private @Nullable List<String> lines;

  @Option(
      names = "--problems",
      paramLabel = "FILE",
      description = "A file of problems, also in benchdnn's batch syntax.")
  private @Nullable Path file;

  @Option(names = "--random", paramLabel = "N", description = "So many random problems.")
  private @Nullable Integer randomCount;

  @Option(
      names = "--seed",
      paramLabel = "S",
      description = "For problems and values; 1 if left out.")
  private long seed = DEFAULT_SEED;

  @Option(
      names = "--transposed",
      description = "Transposed convolutions (deconvolutions), where lines do not say so.")
  private boolean transposed;

  @Option(
      names = "--post-ops",
      paramLabel = "LIST",
      description = {
        "Post-ops for each problem, for example relu,add:per_oc,clip:0:6;",
        "with --random also 'random': one to four of all kinds; so does --dt."
      })
  private @Nullable String postOps;

  @Option(
      names = "--floats",
      description = "Random floats within an error bound, instead of integers.")
  private boolean floats;

  @Option(
      names = "--relaxed",
      description = "Random floats at relaxed accuracy, within what that promises.")
  private boolean relaxed;

  @Option(
      names = "--network",
      paramLabel = "FILE",
      description = "A network in an ONNX file; inputs by chance where --input gives none.")
  private @Nullable Path network;

  @Mixin private NetworkArguments arguments = new NetworkArguments();

  private record Work(Stream<Problem> problems, long count) {}

  @Override
  public Integer call() {
    if (network != null) {
      return verifyNetwork(network);
    }
    Work work = work();
    List<LayoutChoice> chosen = layouts == null ? List.of(LayoutChoice.values()) : layouts;
    try (Engine engine = openEngine()) {
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "engine %s, layouts %s, %s, seed %d%n",
          EngineChoice.title(engine),
          chosen.stream().map(VerifyCommand::lowerCase).collect(Collectors.joining(" ")),
          values().title(),
          seed);
      int threads = engine.options().threads();
      try (var verifier = new Verifier(engine, chosen, seed, values(), threads);
          var _ = LogLines.withoutWarnings()) {
        return verify(work, verifier, threads, out);
      }
    }
  }

  private int verifyNetwork(Path path) {
    if (lines != null || file != null || randomCount != null) {
      throw refusal("give either --network or problems", null);
    }
    CommandLine command = spec.commandLine();
    var networkFile = NetworkFile.read(path, arguments, command);
    Map<String, Constant> inputs = networkFile.inputs(seed);
    List<String> byChance = arguments.withoutFile(networkFile.network().inputs());
    Accuracy accuracy = relaxed ? Accuracy.RELAXED : Accuracy.STRICT;
    try (Engine engine = networkFile.open(engineName, options -> options.withAccuracy(accuracy));
        var _ = LogLines.withoutWarnings()) {
      return new NetworkVerification(networkFile, permissions.ofNetwork(), command)
          .run(engine, inputs, byChance, seed);
    }
  }

  private static int verify(Work work, Verifier verifier, int threads, PrintWriter out) {
    long[] failed = {0};
    try (var progress = Progress.of("verify", work.count())) {
      work.problems()
          .gather(Gatherers.mapConcurrent(threads, verifier::failures))
          .forEachOrdered(
              failures -> {
                failures.forEach(out::println);
                failed[0] += failures.isEmpty() ? 0 : 1;
                progress.step();
              });
    }
    verifier.implementations().forEach((name, runs) -> out.printf("%8d %s%n", runs, name));
    out.printf("%d passed, %d failed%n", work.count() - failed[0], failed[0]);
    out.flush();
    return failed[0] == 0 ? ExitCodes.OK : ExitCodes.FAILED;
  }

  private Verifier.Values values() {
    if (relaxed) {
      return Verifier.Values.RELAXED;
    }
    return floats ? Verifier.Values.FLOATS : Verifier.Values.INTEGERS;
  }

  private Engine openEngine() {
    EngineOptions options =
        EngineOptions.defaults().withAccuracy(relaxed ? Accuracy.RELAXED : Accuracy.STRICT);
    if (engineName == null) {
      return Engines.best(options);
    }
    EngineChoice.requireKnown(engineName, spec.commandLine());
    return Engines.named(engineName, options);
  }

  private Work work() {
    int sources = (lines == null ? 0 : 1) + (file == null ? 0 : 1) + (randomCount == null ? 0 : 1);
    if (sources != 1) {
      throw refusal(
          sources == 0
              ? "give the problems: --problem LINE, --problems FILE, --random N or --network FILE"
              : "give only one of --problem, --problems and --random",
          null);
    }
    try {
      PostOpsOption.requireReadable(RANDOM.equals(postOps) && randomCount != null ? null : postOps);
      types.requireReadable();
      if (randomCount != null) {
        return randomProblems(randomCount);
      }
      List<Problem> problems = file == null ? parsedLines() : fileProblems(file);
      List<Problem> typed = problems.stream().map(this::withOptions).map(types::apply).toList();
      return new Work(typed.stream(), typed.size());
    } catch (IllegalArgumentException e) {
      throw refusal(e.getMessage(), e);
    }
  }

  private Work randomProblems(int count) {
    if (count < 1) {
      throw new IllegalArgumentException("--random must be at least 1 but is " + count);
    }
    RandomProblems random =
        RANDOM.equals(postOps)
            ? RandomProblems.withPostOps(seed, transposed)
            : new RandomProblems(seed, transposed);
    Stream<Problem> problems = Stream.generate(random::next).limit(count);
    problems =
        RANDOM.equals(postOps) ? problems.map(permissions::apply) : problems.map(this::withOptions);
    return new Work(problems.map(randomTypes()), count);
  }

  /** Random quantizations go with types that are given, unless numbers are given too. */
  private UnaryOperator<Problem> randomTypes() {
    String given = types.types();
    var random = new RandomTypes(seed);
    if (RANDOM.equals(given)) {
      return random::apply;
    }
    if (given == null || types.hasQuantization()) {
      return types::apply;
    }
    ConvolutionTypes parsed = ConvolutionTypes.parse(given);
    return problem -> random.apply(problem, parsed);
  }

  private Problem withOptions(Problem problem) {
    return permissions.apply(PostOpsOption.apply(postOps, problem));
  }

  private List<Problem> parsedLines() {
    return lines == null
        ? List.of()
        : lines.stream().map(transposed ? Problem::parseTransposed : Problem::parse).toList();
  }

  private List<Problem> fileProblems(Path path) {
    BatchFile batch = BatchFile.read(path, transposed);
    if (batch.problems().isEmpty()) {
      throw new IllegalArgumentException("'%s' holds no problem".formatted(path));
    }
    if (!batch.ignored().isEmpty()) {
      spec.commandLine()
          .getErr()
          .println("conv4j: ignored in %s: %s".formatted(path, String.join(" ", batch.ignored())));
    }
    return batch.problems();
  }

  private ParameterException refusal(@Nullable String sentence, @Nullable Throwable cause) {
    return new ParameterException(spec.commandLine(), sentence, cause);
  }

  private static String lowerCase(LayoutChoice layout) {
    return layout.name().toLowerCase(Locale.ROOT);
  }
}
