package io.github.conv4j.bench.cli;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.bench.contender.Operands;
import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineStatus;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Support;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.LayoutChoice;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/**
 * Prints what each engine would run for a problem, and what one engine makes of a network; problems
 * are run by engine auto only, to choose, networks always, to measure.
 */
@Command(
    name = "explain",
    sortOptions = false,
    description = {
      "Show what each engine would run for a problem: implementations, layouts, reorders, memory.",
      "Engine auto measures, and shows what it chose from.",
      "The problem is a line in benchdnn's syntax, for example ic64ih56oc64kh3ph1.",
      "Or show what an engine makes of a network in an ONNX file: its steps with their shares of",
      "the time, reorders, memory."
    })
final class ExplainCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(
      index = "0",
      paramLabel = "LINE|FILE",
      description = "The problem, or the file of a network.")
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private String line;

  @Option(names = "--transposed", description = "A transposed convolution (deconvolution).")
  private boolean transposed;

  @Option(
      names = "--layout",
      paramLabel = "LAYOUT",
      converter = LayoutNames.class,
      description = "nchw, nhwc or any, which lets the engine choose; any if left out.")
  private LayoutChoice layout = LayoutChoice.ANY;

  @Option(
      names = "--post-ops",
      paramLabel = "LIST",
      description = "Post-ops instead of those of the line, for example relu,add:per_oc,clip:0:6.")
  private @Nullable String postOps;

  @Mixin private TypesOption types = new TypesOption();

  @Mixin private PermissionOptions permissions = new PermissionOptions();

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description = "This engine only; the best for a network if left out.")
  private @Nullable String engineName;

  @Mixin private NetworkArguments arguments = new NetworkArguments();

  @Override
  public Integer call() {
    if (engineName != null) {
      EngineChoice.requireKnown(engineName, spec.commandLine());
    }
    if (NetworkFile.isMeant(line)) {
      return explainNetwork();
    }
    Problem problem = parse();
    PrintWriter out = spec.commandLine().getOut();
    printProblem(problem, out);
    boolean allRun = true;
    for (EngineStatus found : Engines.survey()) {
      if (engineName == null || engineName.equals(found.name())) {
        out.println();
        allRun &= explain(found, problem, out);
      }
    }
    out.flush();
    return engineName == null || allRun ? ExitCodes.OK : ExitCodes.FAILED;
  }

  private int explainNetwork() {
    var file = NetworkFile.read(Path.of(line), arguments, spec.commandLine());
    Map<String, Constant> inputs = file.inputs(1);
    // What is measured must have been compiled.
    try (Engine engine = file.open(engineName, options -> options.withReady(true));
        var _ = LogLines.withoutWarnings()) {
      new NetworkExplanation(spec.commandLine().getOut())
          .print(file, engine, inputs, permissions.ofNetwork());
    }
    return ExitCodes.OK;
  }

  private Problem parse() {
    try {
      Problem parsed = transposed ? Problem.parseTransposed(line) : Problem.parse(line);
      return types.apply(permissions.apply(PostOpsOption.apply(postOps, parsed)));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private static void printProblem(Problem problem, PrintWriter out) {
    Convolution convolution = problem.convolution();
    ConvolutionTypes types = problem.types();
    long srcByteSize = problem.src().elementCount() * types.src().byteSize();
    long dstByteSize = problem.dst().elementCount() * types.dst().byteSize();
    long weightsByteSize =
        convolution.weightsShape().elementCount() * types.weights().byteSize()
            + (convolution.hasBias() ? convolution.outChannels() * types.bias().byteSize() : 0);
    double bytes = (double) srcByteSize + dstByteSize + weightsByteSize;
    String receptiveField =
        Arrays.stream(convolution.receptiveField())
            .mapToObj(Long::toString)
            .collect(Collectors.joining("x"));
    long macs = problem.multiplications();
    printField(out, "problem", problem.line());
    printField(out, "convolution", convolution.toString());
    printField(out, "src", problem.src() + ", " + Units.bytes(srcByteSize));
    printField(out, "dst", problem.dst() + ", " + Units.bytes(dstByteSize));
    printField(
        out,
        "parameters",
        Units.count(convolution.parameterCount()) + ", " + Units.bytes(weightsByteSize));
    printField(out, "MACs", Units.count(macs));
    printField(
        out,
        "intensity",
        String.format(Locale.ROOT, "%.1f FLOP per byte of src, weights and dst", 2 * macs / bytes));
    printField(out, "receptive field", receptiveField);
    convolution.checkerboards().forEach(warning -> printField(out, "warning", warning.toString()));
  }

  private boolean explain(EngineStatus found, Problem problem, PrintWriter out) {
    switch (found.availability()) {
      case Availability.Unavailable no -> {
        out.println("engine " + found.name() + " cannot start");
        printField(out, "  reason", no.reason());
        printField(out, "  remedy", no.remedy());
        return false;
      }
      case Availability.Available available -> {
        out.println("engine " + found.name() + ", " + available.version());
        try (Engine engine = Engines.named(found.name());
            var _ = LogLines.withoutWarnings()) {
          return explain(engine, problem, out);
        }
      }
    }
  }

  private boolean explain(Engine engine, Problem problem, PrintWriter out) {
    Convolution convolution = problem.convolution();
    ConvolutionTypes types = problem.types();
    Layout ofRank = layout.forRank(problem.src().rank());
    TensorSpec weightsSpec =
        TensorSpec.weights(convolution.weightsShape()).withDataType(types.weights());
    TensorSpec biasSpec =
        convolution.hasBias()
            ? TensorSpec.bias(convolution.outChannels()).withDataType(types.bias())
            : null;
    ConvolutionRequest described =
        ConvolutionRequest.of(convolution, TensorSpec.of(types.src(), ofRank, problem.src()))
            .withDst(TensorSpec.of(types.dst(), ofRank, problem.dst()))
            .withParameterSpecs(weightsSpec, biasSpec);
    if (engine.support(described) instanceof Support.Unsupported no) {
      printField(out, "  cannot run it", no.reason());
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      Tensor weights = Tensor.allocate(weightsSpec, arena);
      Tensor bias = biasSpec == null ? null : Tensor.allocate(biasSpec, arena);
      ConvolutionRequest request =
          described.withParameters(weights, bias).withOperands(Operands.ofRequest(problem, arena));
      try (PreparedConvolution prepared = engine.prepare(request)) {
        // The first line names the engine, which stands above already, and the problem.
        prepared.explain().toString().lines().skip(1).forEach(out::println);
      }
      return true;
    } catch (OutOfMemoryError _) {
      printField(out, "  cannot run it", "the memory does not suffice for its weights");
      return false;
    }
  }

  private static void printField(PrintWriter out, String name, String value) {
    out.printf("%-18s %s%n", name, value);
  }
}
