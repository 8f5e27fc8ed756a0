package io.github.conv4j.bench.cli;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.Requantization;
import io.github.conv4j.bench.text.TextTable;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Times other types beside f32, in turns. */
@Command(
    name = "types",
    sortOptions = false,
    description = {
      "Time layers of other types beside f32: medians of one process, in turns, channels last.",
      "Integers get random weights, one scale for each output channel, and zero points of 0.",
      "With --fpmath bf16 f32 that may be rounded is beside f32 too, and with --requantization",
      "fused bytes that kernels make of sums beside those of passes. The error is the relative L2",
      "distance of floats from the reference, on one image of random values."
    })
final class TypesCommand implements Callable<Integer> {
  private static final int MOST_THREADS = 256;
  private static final int CALLS_A_TURN = 3;
  private static final int LEAST_TURNS = 5;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(paramLabel = "LINE", description = "Problems; a few layers if left out.")
  private List<String> lines =
      List.of(
          "mb1_ic64oc64_ih56kh3ph1",
          "mb1_ic256oc256_ih14kh3ph1",
          "mb1_ic64oc128_ih56oh28kh3sh2ph1",
          "mb1_ic256oc64_ih56kh1",
          "mb1_ic64oc256_ih56kh1",
          "mb1_ic512oc512_ih14kh1",
          "mb1_ic3oc32_ih224oh112kh3sh2ph1",
          "g96mb1_ic96oc96_ih28kh3ph1");

  @Option(
      names = "--dt",
      paramLabel = "TYPES",
      split = ",",
      description = "Types, src:weights:dst; u8:s8:u8 and s8:s8:s8 if left out.")
  private List<String> types = List.of("u8:s8:u8", "s8:s8:s8");

  @Mixin private PermissionOptions permissions = new PermissionOptions();

  @Option(
      names = "--most-weight",
      paramLabel = "N",
      description =
          "The largest of the integer weights; 64 if left out, with which pairs of products fit"
              + " into 16 bits.")
  private int mostWeight = 64;

  @Option(names = "--engine", paramLabel = "NAME", description = "The engine; onednn if left out.")
  private String engineName = "onednn";

  @Option(names = "--threads", paramLabel = "N", description = "Threads; 1 if left out.")
  private int threads = 1;

  @Option(
      names = "--millis",
      paramLabel = "N",
      description = "So long for each layer; 2000 if left out.")
  private int millis = 2000;

  @Override
  public Integer call() {
    EngineChoice.requireKnown(engineName, spec.commandLine());
    requireRange("--threads", threads, MOST_THREADS);
    requireRange("--millis", millis, 60_000);
    requireRange("--most-weight", mostWeight, DataType.S8.most());
    List<List<Problem>> problems = problems();
    var table = new TextTable("layer", "types", "µs", "f32 µs", "times", "error", "by").textFrom(6);
    try (Engine engine =
            Engines.named(
                engineName, EngineOptions.defaults().withThreads(threads).withReady(true));
        var _ = LogLines.withoutWarnings()) {
      for (int i = 0; i < lines.size(); i++) {
        time(engine, lines.get(i), problems.get(i), table);
      }
    }
    PrintWriter out = spec.commandLine().getOut();
    table.lines().forEach(out::println);
    out.flush();
    return ExitCodes.OK;
  }

  private void requireRange(String option, int value, int most) {
    if (value < 1 || value > most) {
      throw new ParameterException(
          spec.commandLine(), "%s must be from 1 to %d but is %d".formatted(option, most, value));
    }
  }

  /** Of each layer, first f32. */
  private List<List<Problem>> problems() {
    try {
      List<List<Problem>> all = new ArrayList<>();
      for (String line : lines) {
        Problem plain = Problem.parse(line);
        List<Problem> layer = new ArrayList<>(List.of(plain.withFpmathMode(FpmathMode.STRICT)));
        if (permissions.fpmathMode() != FpmathMode.STRICT) {
          layer.add(plain.withFpmathMode(permissions.fpmathMode()));
        }
        for (String text : types) {
          Problem typed = typed(plain, ConvolutionTypes.parse(text));
          layer.add(typed.withRequantization(Requantization.EXACT));
          if (typed.types().isQuantized() && permissions.requantization() != Requantization.EXACT) {
            layer.add(typed.withRequantization(permissions.requantization()));
          }
        }
        all.add(layer);
      }
      return all;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private static Problem typed(Problem plain, ConvolutionTypes types) {
    if (!types.isQuantized() || types.dst() == DataType.S32) {
      return plain.withTypes(types, Quantization.none());
    }
    float[] scales = new float[(int) plain.convolution().outChannels()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = 0.01f + 0.0001f * i;
    }
    boolean bytes = types.dst() == DataType.U8 || types.dst() == DataType.S8;
    Quantization ofSums = Quantization.none().withSrc(0.02f, 0).withWeights(scales);
    return plain.withTypes(types, bytes ? ofSums.withDst(0.5f, 0) : ofSums);
  }

  private void time(Engine engine, String line, List<Problem> layer, TextTable table) {
    List<PreparedConvolution> prepared = new ArrayList<>();
    try (Arena arena = Arena.ofShared()) {
      List<Tensor> tensors = new ArrayList<>();
      for (Problem problem : layer) {
        PreparedConvolution one = engine.prepare(request(problem, arena));
        prepared.add(one);
        tensors.add(Tensor.allocate(one.src(), arena));
        tensors.add(Tensor.allocate(one.dst(), arena));
      }
      double[] micros = medians(prepared, tensors);
      for (int i = 1; i < micros.length; i++) {
        table.add(
            i > 1 ? "" : line,
            title(layer.get(i)),
            rounded(micros[i], 0),
            rounded(micros[0], 0),
            rounded(micros[0] / micros[i], 2),
            FloatError.of(prepared.get(i), layer.get(i)),
            implementation(prepared.get(i).explain()));
      }
    } finally {
      prepared.forEach(PreparedConvolution::close);
    }
  }

  private double[] medians(List<PreparedConvolution> prepared, List<Tensor> tensors) {
    List<List<Double>> times = new ArrayList<>();
    prepared.forEach(_ -> times.add(new ArrayList<>()));
    long end = System.nanoTime() + millis * 1_000_000L;
    while (times.getFirst().size() < LEAST_TURNS || System.nanoTime() < end) {
      for (int i = 0; i < prepared.size(); i++) {
        Tensor src = tensors.get(2 * i);
        Tensor dst = tensors.get(2 * i + 1);
        prepared.get(i).execute(src, dst);
        long begin = System.nanoTime();
        for (int call = 0; call < CALLS_A_TURN; call++) {
          prepared.get(i).execute(src, dst);
        }
        times.get(i).add((System.nanoTime() - begin) / 1e3 / CALLS_A_TURN);
      }
    }
    return times.stream()
        .mapToDouble(each -> each.stream().sorted().toList().get(each.size() / 2))
        .toArray();
  }

  private ConvolutionRequest request(Problem problem, Arena arena) {
    Convolution convolution = problem.convolution();
    ConvolutionTypes all = problem.types();
    TensorSpec spec = TensorSpec.weights(convolution.weightsShape()).withDataType(all.weights());
    Tensor weights = Tensor.allocate(spec, arena);
    int count = (int) spec.shape().elementCount();
    var random = new SplittableRandom(1);
    if (all.weights().isInteger()) {
      weights =
          Tensor.ofInts(spec, random.ints(count, -mostWeight, mostWeight + 1).toArray(), arena);
    } else {
      weights = Tensor.ofFloats(spec, FloatError.weights(problem), arena);
    }
    Layout layout = Layout.channelsLast(problem.src().rank());
    return ConvolutionRequest.of(convolution, TensorSpec.of(all.src(), layout, problem.src()))
        .withDst(TensorSpec.of(all.dst(), layout, problem.dst()))
        .withParameters(
            weights,
            convolution.hasBias()
                ? Tensor.allocate(
                    TensorSpec.bias(convolution.outChannels()).withDataType(all.bias()), arena)
                : null);
  }

  private static String title(Problem problem) {
    boolean rounds = problem.convolution().fpmathMode() != FpmathMode.STRICT;
    boolean fuses = problem.convolution().requantization() != Requantization.EXACT;
    return problem.types()
        + (rounds && problem.types().isF32() ? ", fpmath bf16" : "")
        + (fuses ? ", fused" : "");
  }

  /** The stages that have weights and are no pass. */
  private static String implementation(Explanation explanation) {
    return String.join(
        "+",
        explanation.stages().stream()
            .map(Explanation.Stage::implementation)
            .filter(name -> !name.startsWith("java:convert"))
            .toList());
  }

  private static String rounded(double value, int digits) {
    return String.format(Locale.ROOT, "%." + digits + "f", value);
  }
}
