package io.github.conv4j.validation;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Parameters;
import io.github.conv4j.PostOp;
import io.github.conv4j.PostOps;
import io.github.conv4j.Requantization;
import io.github.conv4j.engine.ConvolutionCall;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.FusedOutputs;
import io.github.conv4j.problem.ErrorBound;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.problem.Taps;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Holds an engine against the reference.
 *
 * <p>{@link #exact} uses small integers, where every correct engine gives the same bits; {@link
 * #bounded} uses random floats and an {@link ErrorBound}, to which a dst of bf16 or f16 adds what
 * rounding may move. What is quantized is compared for equality in any case, post-ops included,
 * unless {@link Requantization#FUSED} permits a neighbour near the middle between two integers. The
 * dst is filled with NaN before each run, or with a number where it is of integers, so that an
 * output that is not written is found.
 *
 * <p><b>Threads.</b> One at a time. <b>Memory.</b> Closing it closes the reference, not the engine.
 * <b>Errors.</b> What the engine throws is passed on; a difference is a {@link Verdict}, not an
 * exception.
 */
public final class EngineValidator implements AutoCloseable {
  /** What {@link io.github.conv4j.engine.Accuracy#RELAXED} permits, in the relative L2 norm. */
  public static final double RELAXED_NORM = 2e-5;

  private static final int ATTEMPTS_AT_A_TELLING_FILL = 4;

  // Options of the command that runs a comparison again.

  private static final String FLOATS = "--floats";
  private static final String RELAXED = "--relaxed";

  private final Engine engine;
  private final Engine reference;
  private final Supplier<Arena> arenas;

  /** Of the last problem, of integers and of floats: its layouts follow each other. */
  private @Nullable Expected lastIntegers;

  private @Nullable Expected lastFloats;

  /** Creates a validator for an engine. */
  public EngineValidator(Engine engine) {
    this(engine, Arena::ofConfined);
  }

  /**
   * Creates a validator whose tensors come from special memory.
   *
   * @param arenas makes the arena of one run, for example one with guard pages
   */
  public EngineValidator(Engine engine, Supplier<Arena> arenas) {
    this.engine = Objects.requireNonNull(engine, "engine");
    this.arenas = Objects.requireNonNull(arenas, "arenas");
    this.reference = Engines.named("reference");
  }

  /** Compares integer values for equality, and within {@link ErrorBound#after} post-ops. */
  public Verdict exact(Problem problem, LayoutChoice layout, long seed) {
    return exact(problem, layout, seed, "");
  }

  private Verdict exact(Problem problem, LayoutChoice layout, long seed, String options) {
    Verdict verdict = null;
    for (int i = 0; i < ATTEMPTS_AT_A_TELLING_FILL; i++) {
      Expected expected = expected(problem, seed + i, true);
      verdict =
          compare(problem, layout, seed + i, expected, permittedOfIntegers(expected), options);
      if (!verdict.mistrusted()) {
        return verdict;
      }
    }
    return Objects.requireNonNull(verdict);
  }

  /**
   * Compares random floats within the {@link ErrorBound} of the problem, and what {@link
   * ErrorBound#after} makes of it.
   */
  public Verdict bounded(Problem problem, LayoutChoice layout, long seed) {
    return bounded(problem, layout, seed, FLOATS);
  }

  private Verdict bounded(Problem problem, LayoutChoice layout, long seed, String options) {
    if (problem.types().isQuantized()) {
      return exact(problem, layout, seed, options);
    }
    Expected expected = expected(problem, seed, false);
    return compare(problem, layout, seed, expected, permitted(expected, 0), options);
  }

  /** Returns what is permitted of each output where sums are exact; empty where nothing is. */
  private double[] permittedOfIntegers(Expected expected) {
    double[] known = expected.permitted;
    if (known == null) {
      Problem problem = expected.problem;
      if (problem.types().isQuantized()) {
        known = mayBeFused(problem) ? permittedOfFused(expected) : new double[0];
      } else {
        known =
            isPlain(problem)
                ? new double[0]
                : rounded(expected, afterPostOps(expected, new double[expected.values.length]));
      }
      expected.permitted = known;
    }
    return known;
  }

  private static boolean mayBeFused(Problem problem) {
    return FusedOutputs.include(problem.convolution(), problem.types().dst());
  }

  /** Follows the errors of scaled sums through the post-ops, and to integers. */
  private double[] permittedOfFused(Expected expected) {
    Problem problem = expected.problem;
    ConvolutionTypes types = problem.types();
    Quantization quantization = problem.convolution().quantization();
    var floats = new ConvolutionTypes(types.src(), types.weights(), types.bias(), DataType.F32);
    Problem scaled =
        problem.withPostOps(PostOps.none()).withTypes(floats, quantization.withDst(1, 0));
    double[] x = run(reference, scaled, LayoutChoice.NCHW, expected.fill).values();
    double[] errors = new double[x.length];
    long channels = problem.dst().dim(1);
    long outputsPerChannel = problem.dst().elementCount() / problem.dst().dim(0) / channels;
    for (int i = 0; i < x.length; i++) {
      int channel = (int) (i / outputsPerChannel % channels);
      double bias = expected.fill.bias().length == 0 ? 0 : expected.fill.bias()[channel];
      double scale =
          types.bias() == DataType.S32
              ? (double) quantization.srcScale() * quantization.weightsScale(channel)
              : 1;
      errors[i] = ErrorBound.ofFusedRequantization(x[i], bias * scale);
    }
    followPostOps(expected, x, errors);
    if (types.dst() == DataType.F32) {
      return errors;
    }
    for (int i = 0; i < x.length; i++) {
      errors[i] =
          ErrorBound.afterRequantization(
              x[i], errors[i], expected.values[i], quantization, types.dst());
    }
    return errors;
  }

  /**
   * Returns what is permitted of each output.
   *
   * @param least how far each sum may be off in any case
   */
  private double[] permitted(Expected expected, double least) {
    double[] known = expected.permitted;
    if (known == null || expected.least != least) {
      Problem problem = expected.problem;
      double[] magnitudes = magnitudes(expected);
      ErrorBound bound = ErrorBound.of(problem);
      double[] permitted = new double[magnitudes.length];
      Arrays.setAll(permitted, i -> Math.max(least, bound.at(magnitudes[i])));
      known = rounded(expected, isPlain(problem) ? permitted : afterPostOps(expected, permitted));
      expected.permitted = known;
      expected.least = least;
    }
    return known;
  }

  private double[] magnitudes(Expected expected) {
    double[] known = expected.magnitudes;
    if (known == null) {
      Problem sums = sums(expected.problem);
      known = run(reference, sums, LayoutChoice.NCHW, expected.fill.magnitudes()).values();
      expected.magnitudes = known;
    }
    return known;
  }

  /** Adds what rounding to the type of dst may move, where a result may be off before. */
  private static double[] rounded(Expected expected, double[] permitted) {
    DataType type = expected.problem.types().dst();
    for (int i = 0; i < permitted.length; i++) {
      if (permitted[i] > 0 && permitted[i] < Double.POSITIVE_INFINITY) {
        permitted[i] += ErrorBound.ofRounding(type, expected.values[i]);
      }
    }
    return permitted;
  }

  private static boolean isPlain(Problem problem) {
    return problem.convolution().postOps().isEmpty();
  }

  /** Follows the errors of the sums through the post-ops. */
  private static double[] afterPostOps(Expected expected, double[] errors) {
    double[] permitted = errors.clone();
    followPostOps(expected, expected.sums.clone(), permitted);
    return permitted;
  }

  /** Applies the post-ops to numbers, and to how far they may be off. */
  private static void followPostOps(Expected expected, double[] x, double[] permitted) {
    Problem problem = expected.problem;
    long channels = problem.dst().dim(1);
    long outputsPerChannel = problem.dst().elementCount() / problem.dst().dim(0) / channels;
    var operands = expected.fill.operands().iterator();
    for (PostOp postOp : problem.convolution().postOps().list()) {
      PostOp.Operand operand =
          postOp instanceof PostOp.Binary binary ? binary.operand() : PostOp.Operand.scalar(0);
      float[] values =
          operand.origin() == PostOp.Origin.DESCRIPTION
              ? new float[] {operand.value()}
              : operands.next();
      for (int i = 0; i < x.length; i++) {
        int at =
            switch (operand.extent()) {
              case SCALAR -> 0;
              case PER_CHANNEL -> (int) (i / outputsPerChannel % channels);
              case FULL -> i;
            };
        permitted[i] = ErrorBound.after(postOp, x[i], values[at], permitted[i]);
        x[i] = postOp.apply(x[i], values[at]);
      }
    }
  }

  /**
   * Compares random floats as {@link io.github.conv4j.engine.Accuracy#RELAXED} promises: the
   * relative L2 norm of all differences is within {@value #RELAXED_NORM}, or each is within the
   * {@link ErrorBound}, which tells more where a result is small because products cancel. Where
   * there are post-ops, each sum may be off by that share of what sums are on average, or by ten
   * times as much, and the result by what they make of it.
   */
  public Verdict relaxed(Problem problem, LayoutChoice layout, long seed) {
    if (problem.types().isQuantized()) {
      return exact(problem, layout, seed, RELAXED);
    }
    Expected expected = expected(problem, seed, false);
    if (!isPlain(problem) || problem.types().dst() != DataType.F32) {
      double least = 10 * RELAXED_NORM * rootMeanSquare(expected.sums);
      return compare(problem, layout, seed, expected, permitted(expected, least), RELAXED);
    }
    Run run = run(engine, problem, layout, expected.fill);
    double norm = relativeNorm(run.values(), expected.values);
    if (!(norm <= RELAXED_NORM)) {
      Verdict bounded = bounded(problem, layout, seed, RELAXED);
      if (bounded.passed()) {
        return bounded;
      }
    }
    boolean differs = !(norm <= RELAXED_NORM);
    return new Verdict(
        problem,
        engine.name(),
        layout,
        seed,
        run.implementation(),
        differs ? 1 : 0,
        norm,
        norm / RELAXED_NORM,
        expected.nonZeroShare,
        differs ? "the relative L2 norm is %s of at most %s".formatted(norm, RELAXED_NORM) : "",
        RELAXED);
  }

  private static double rootMeanSquare(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += value * value;
    }
    return Math.sqrt(sum / values.length);
  }

  private static double relativeNorm(double[] actual, double[] expected) {
    double differences = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = actual[i] - expected[i];
      differences += difference * difference;
      norm += expected[i] * expected[i];
    }
    return differences == 0 ? 0 : Math.sqrt(differences / norm);
  }

  /** What the reference computes, and what follows from it, once for all layouts. */
  private static final class Expected {
    final Problem problem;
    final long seed;
    final Fill fill;

    /** Without post-ops. */
    final double[] sums;

    final double[] values;

    /** Of those outputs that meet the source. */
    final double nonZeroShare;

    /** What the sums would be if no product were negative. */
    double @Nullable [] magnitudes;

    /** What is permitted of each output where each sum may be off by {@link #least}. */
    double @Nullable [] permitted;

    double least;

    Expected(Problem problem, long seed, Fill fill, double[] sums, double[] values) {
      this.problem = problem;
      this.seed = seed;
      this.fill = fill;
      this.sums = sums;
      this.values = values;
      this.nonZeroShare = nonZeroShare(problem, fill, sums);
    }
  }

  private Expected expected(Problem problem, long seed, boolean integers) {
    Expected known = integers ? lastIntegers : lastFloats;
    if (known != null && known.seed == seed && known.problem.equals(problem)) {
      return known;
    }
    Fill fill = integers ? Fill.integers(problem, seed) : Fill.floats(problem, seed);
    double[] values = run(reference, problem, LayoutChoice.NCHW, fill).values();
    double[] sums =
        isPlain(problem) && problem.types().isF32()
            ? values
            : run(reference, sums(problem), LayoutChoice.NCHW, fill).values();
    var computed = new Expected(problem, seed, fill, sums, values);
    if (integers) {
      lastIntegers = computed;
    } else {
      lastFloats = computed;
    }
    return computed;
  }

  /** The same problem without what follows the sums. */
  private static Problem sums(Problem problem) {
    ConvolutionTypes types = problem.types();
    var ofSums = new ConvolutionTypes(types.src(), types.weights(), types.bias(), DataType.F32);
    int zeroPoint = problem.convolution().quantization().srcZeroPoint();
    return problem
        .withPostOps(PostOps.none())
        .withTypes(ofSums, Quantization.none().withSrc(1, zeroPoint));
  }

  private record Run(double[] values, String implementation) {}

  private Run run(Engine runner, Problem problem, LayoutChoice layout, Fill fill) {
    Convolution convolution = problem.convolution();
    ConvolutionTypes types = problem.types();
    Layout ofRank = layout.forRank(problem.src().rank());
    var srcSpec = TensorSpec.of(types.src(), ofRank, problem.src());
    var dstSpec = TensorSpec.of(types.dst(), ofRank, problem.dst());
    try (Arena arena = arenas.get()) {
      List<Tensor> ofRequest = new ArrayList<>();
      List<float[]> ofRun = new ArrayList<>();
      sortOperands(problem, fill, ofRequest, ofRun, arena);
      Tensor weights =
          TypedValues.tensor(
              TensorSpec.weights(convolution.weightsShape()).withDataType(types.weights()),
              fill.weights(),
              arena);
      Tensor bias =
          convolution.hasBias()
              ? TypedValues.tensor(
                  TensorSpec.bias(convolution.outChannels()).withDataType(types.bias()),
                  fill.bias(),
                  arena)
              : null;
      Parameters parameters = new Parameters(weights, bias, ofRequest);
      try (PreparedConvolution prepared =
          runner.prepare(
              ConvolutionRequest.of(convolution, srcSpec)
                  .withDst(dstSpec)
                  .withParameters(parameters))) {
        Tensor src = TypedValues.tensor(prepared.src(), fill.src(), arena);
        Tensor dst = Tensor.allocate(prepared.dst(), arena);
        TypedValues.spoil(dst);
        if (ofRun.isEmpty()) {
          prepared.execute(src, dst);
        } else {
          ConvolutionCall call = prepared.call().src(src).dst(dst);
          for (int i = 0; i < ofRun.size(); i++) {
            call.operand(i, Tensor.ofFloats(prepared.operands().get(i), ofRun.get(i), arena));
          }
          call.execute();
        }
        String implementation =
            prepared.explain().stages().stream()
                .map(Explanation.Stage::implementation)
                .collect(Collectors.joining("+"));
        return new Run(TypedValues.of(dst), implementation);
      }
    }
  }

  /** Those of the request lie in tensors, those of a run go where the engine wants them. */
  private static void sortOperands(
      Problem problem, Fill fill, List<Tensor> ofRequest, List<float[]> ofRun, Arena arena) {
    if (fill.operands().isEmpty() || isPlain(problem)) {
      return;
    }
    int next = 0;
    for (PostOp postOp : problem.convolution().postOps().list()) {
      if (!(postOp instanceof PostOp.Binary binary)) {
        continue;
      }
      switch (binary.operand().origin()) {
        case DESCRIPTION -> {}
        case RUN -> ofRun.add(fill.operands().get(next++));
        case REQUEST -> {
          float[] values = fill.operands().get(next++);
          TensorSpec spec =
              binary.operand().extent() == PostOp.Extent.FULL
                  ? TensorSpec.weights(problem.dst())
                  : TensorSpec.bias(values.length);
          ofRequest.add(Tensor.ofFloats(spec, values, arena));
        }
      }
    }
  }

  private Verdict compare(
      Problem problem,
      LayoutChoice layout,
      long seed,
      Expected reference,
      double[] permitted,
      String options) {
    Fill fill = reference.fill;
    double[] expected = reference.values;
    Run run = run(engine, problem, layout, fill);
    double[] actual = run.values();
    long differenceCount = 0;
    double largestError = 0;
    double largestShare = 0;
    String first = "";
    for (int i = 0; i < expected.length; i++) {
      double error = Math.abs(actual[i] - expected[i]);
      double allowed = permitted.length == 0 ? 0 : permitted[i];
      if (error == 0
          || Double.compare(actual[i], expected[i]) == 0
          || allowed == Double.POSITIVE_INFINITY) {
        continue;
      }
      largestError = Math.max(largestError, error);
      largestShare = Math.max(largestShare, error / allowed);
      if (!(error <= allowed)) {
        if (differenceCount++ == 0) {
          first =
              "first at %s: %s instead of %s"
                  .formatted(
                      position(i, problem.dst()),
                      TypedValues.text(actual[i]),
                      TypedValues.text(expected[i]));
        }
      }
    }
    return new Verdict(
        problem,
        engine.name(),
        layout,
        seed,
        run.implementation(),
        differenceCount,
        largestError,
        largestShare,
        reference.nonZeroShare,
        first,
        options);
  }

  private static String position(int index, Shape shape) {
    long[] position = new long[shape.rank()];
    long rest = index;
    for (int axis = shape.rank() - 1; axis >= 0; axis--) {
      position[axis] = rest % shape.dim(axis);
      rest /= shape.dim(axis);
    }
    return Arrays.toString(position);
  }

  /** Looks only at outputs that meet the source; the others are the bias on every engine. */
  private static double nonZeroShare(Problem problem, Fill fill, double[] expected) {
    int[][] taps = Taps.counts(problem);
    boolean padsWithValues = problem.convolution().padding().mode() != PaddingMode.ZEROS;
    Shape dst = problem.dst();
    int outputsPerChannel = (int) (dst.elementCount() / dst.dim(0) / dst.dim(1));
    long meeting = 0;
    long moved = 0;
    for (int i = 0; i < expected.length; i++) {
      boolean meets = true;
      int rest = i % outputsPerChannel;
      for (int axis = taps.length - 1; axis >= 0; axis--) {
        meets &= taps[axis][rest % taps[axis].length] > 0;
        rest /= taps[axis].length;
      }
      if (meets || padsWithValues) {
        int channel = (int) (i / outputsPerChannel % dst.dim(1));
        double bias = fill.bias().length == 0 ? 0 : fill.bias()[channel];
        meeting++;
        moved += expected[i] != bias ? 1 : 0;
      }
    }
    return meeting == 0 ? 1 : (double) moved / meeting;
  }

  @Override
  public void close() {
    reference.close();
  }
}
