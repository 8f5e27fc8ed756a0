package io.github.conv4j.internal.vector.winograd;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.contract.GuardPageArena;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.vector.base.VectorWidth;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Both Winograd plans against the reference, between guard pages, on dense tensors and on strided
 * views; ends with status 0 if all results are near enough. Run in a JVM of its own. Argument: the
 * kernels that must run, for example {@code vector256}.
 */
public final class WinogradRun {
  /** A quarter of what {@link Accuracy#RELAXED} promises. */
  private static final double LARGEST_ERROR = 5e-6;

  private static final int CANARY = 0x7fc0_1234;
  private static final long SEED = 20_240_607;

  private record Case(Convolution convolution, Shape src) {}

  /** The values of a case, and what the reference makes of them. */
  private record Values(float[] src, float[] weights, float @Nullable [] bias, float[] dst) {
    static Values of(Case c) {
      Convolution convolution = c.convolution();
      var random = new SplittableRandom(SEED);
      float[] src = floats(c.src().elementCount(), random);
      float[] weights = floats(convolution.weightsShape().elementCount(), random);
      float[] bias = convolution.hasBias() ? floats(convolution.outChannels(), random) : null;
      return new Values(
          src, weights, bias, Runs.reference(convolution, c.src(), src, weights, bias));
    }
  }

  private WinogradRun() {}

  public static void main(String[] arguments) {
    boolean passed = true;
    String expected = arguments[0] + ":winograd4x4";
    String actual = ofEngine();
    if (!actual.equals(expected)) {
      System.out.printf("FAILED %s instead of %s%n", actual, expected);
      System.exit(1);
    }
    int turn = 0;
    for (Case c : cases()) {
      Values values = Values.of(c);
      for (WinogradTile tile : WinogradTile.values()) {
        for (boolean strided : new boolean[] {false, true}) {
          // Each case and tile at both ends, one of them dense and the other strided.
          var edge = turn++ % 2 == 0 ? GuardPageArena.Edge.START : GuardPageArena.Edge.END;
          double error = relativeError(c, values, tile, strided, edge);
          boolean near = error <= LARGEST_ERROR;
          passed &= near;
          System.out.printf(
              "%s %s %s %s strided %s: %.2e%n",
              near ? "ok" : "FAILED", tile.planName(), c.convolution(), c.src(), strided, error);
        }
        turn++;
      }
      turn++;
    }
    System.exit(passed ? 0 : 1);
  }

  /** What an engine of this JVM says that it runs. */
  private static String ofEngine() {
    Convolution convolution = conv(64, 64, Padding.symmetric(1));
    var options = EngineOptions.defaults().withThreads(1).withAccuracy(Accuracy.RELAXED);
    float[] weights = new float[(int) convolution.weightsShape().elementCount()];
    try (Engine engine = Engines.named("vector", options);
        PreparedConvolution prepared =
            engine.prepare(
                convolution, TensorSpec.f32(Layout.NHWC, 1, 64, 12, 12), weights, new float[64])) {
      return prepared.explain().stages().getFirst().implementation();
    }
  }

  private static List<Case> cases() {
    List<Case> cases = new ArrayList<>();
    cases.add(new Case(conv(64, 64, Padding.symmetric(1)), Shape.of(1, 64, 1, 1)));
    cases.add(new Case(conv(64, 72, Padding.symmetric(2)), Shape.of(3, 64, 5, 7)));
    cases.add(new Case(conv(100, 64, Padding.symmetric(0)), Shape.of(1, 100, 13, 17)));
    cases.add(new Case(conv(72, 100, Padding.symmetric(5)), Shape.of(3, 72, 7, 5)));
    cases.add(new Case(conv(64, 64, Padding.symmetric(1)), Shape.of(2, 64, 31, 29)));
    cases.add(new Case(conv(17, 47, Padding.symmetric(1)), Shape.of(1, 17, 19, 23)));
    cases.add(new Case(conv(256, 32, Padding.symmetric(1)), Shape.of(1, 256, 14, 14)));
    cases.add(
        new Case(
            conv(32, 96, Padding.asymmetric(new long[] {0, 7}, new long[] {6, 1})),
            Shape.of(2, 32, 6, 11)));
    cases.add(
        new Case(
            conv(128, 96, Padding.symmetric(1)).toBuilder().groups(2).build(),
            Shape.of(2, 128, 9, 8)));
    cases.add(
        new Case(
            conv(32, 32, Padding.symmetric(1)).toBuilder().bias(false).build(),
            Shape.of(1, 32, 8, 8)));
    cases.add(
        new Case(
            conv(32, 48, Padding.symmetric(1)).toBuilder().flippedKernel().build(),
            Shape.of(1, 32, 10, 9)));
    for (long padding = 0; padding < 4; padding++) {
      Convolution transposed =
          Convolution.transposed2d(40, 48).kernel(3).padding(padding).groups(1).build();
      cases.add(new Case(transposed, Shape.of(2, 40, 11, 6)));
    }
    return cases;
  }

  private static Convolution conv(long inChannels, long outChannels, Padding padding) {
    return Convolution.conv2d(inChannels, outChannels).kernel(3).padding(padding).build();
  }

  /** The norm of the differences over the norm of the results; NaN if anything is not written. */
  private static double relativeError(
      Case c, Values values, WinogradTile tile, boolean strided, GuardPageArena.Edge edge) {
    Convolution convolution = c.convolution();
    TensorSpec srcSpec = spec(c.src(), strided);
    TensorSpec dstSpec = spec(convolution.outputShape(c.src()), strided);
    double worst = 0;
    try (Arena arena = GuardPageArena.open(edge)) {
      var request =
          PrepareRequest.of(
              convolution,
              srcSpec,
              dstSpec,
              Tensor.ofFloats(
                  TensorSpec.weights(convolution.weightsShape()), values.weights(), arena),
              values.bias() == null
                  ? null
                  : Tensor.ofFloats(
                      TensorSpec.bias(convolution.outChannels()), values.bias(), arena));
      if (!WinogradPlan.serves(VectorWidth.LANES, request)) {
        return Double.NaN;
      }
      Tensor src = Tensor.allocate(srcSpec, arena);
      Tensor dst = Tensor.allocate(dstSpec, arena);
      fill(src.segment());
      fill(dst.segment());
      src.copyFrom(values.src());
      for (int leastParts : new int[] {1, 12}) {
        run(
            new WinogradPlan(tile, VectorWidth.LANES, request, srcSpec, dstSpec, leastParts),
            src,
            dst);
        float[] actual = dst.toFloatArray();
        dst.fill(Float.intBitsToFloat(CANARY));
        if (!isUntouched(dst.segment())) {
          return Double.NaN;
        }
        worst = Math.max(worst, relativeError(actual, values.dst()));
      }
    }
    return worst;
  }

  /** The last part first, each on working memory of its own, and once more on used memory. */
  private static void run(WinogradPlan plan, Tensor src, Tensor dst) {
    try (Arena arena = Arena.ofConfined()) {
      WinogradScratch scratch = scratch(plan, arena);
      plan.runPart(0, scratch, src.segment(), dst.segment());
      for (int part = plan.partCount() - 1; part >= 0; part--) {
        plan.runPart(part, scratch(plan, arena), src.segment(), dst.segment());
      }
      plan.runPart(0, scratch, src.segment(), dst.segment());
    }
  }

  private static WinogradScratch scratch(WinogradPlan plan, Arena arena) {
    WinogradScratch scratch = plan.newScratch();
    // As a step before it may have left it.
    MemorySegment bytes = arena.allocate(plan.scratchpadByteSize(), Float.BYTES);
    scratch.use(bytes.fill((byte) -1));
    scratch.begin();
    return scratch;
  }

  private static TensorSpec spec(Shape shape, boolean strided) {
    if (!strided) {
      return TensorSpec.f32(Layout.NHWC, shape.dims());
    }
    long pixel = shape.dim(1) + 3;
    long row = shape.dim(3) * pixel + 5;
    long image = shape.dim(2) * row + 7;
    return TensorSpec.f32(Layout.strided(image, 1, row, pixel), shape.dims());
  }

  private static float[] floats(long count, SplittableRandom random) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  private static void fill(MemorySegment segment) {
    for (long i = 0; i < segment.byteSize() / Integer.BYTES; i++) {
      segment.setAtIndex(JAVA_INT, i, CANARY);
    }
  }

  private static boolean isUntouched(MemorySegment segment) {
    for (long i = 0; i < segment.byteSize() / Integer.BYTES; i++) {
      if (segment.getAtIndex(JAVA_INT, i) != CANARY) {
        return false;
      }
    }
    return true;
  }

  private static double relativeError(float[] actual, float[] expected) {
    double differences = 0;
    double norm = 0;
    for (int i = 0; i < expected.length; i++) {
      double difference = (double) actual[i] - expected[i];
      differences += difference * difference;
      norm += (double) expected[i] * expected[i];
    }
    return Math.sqrt(differences / norm);
  }
}
