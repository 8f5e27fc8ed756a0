package io.github.conv4j.internal.vector.code;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.ConvolutionCall;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation.Candidate;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedMethod;
import jdk.jfr.consumer.RecordingFile;

/**
 * Runs problems on shared memory, on memory of this thread, on some of each, and on shared memory
 * again, and compares the results; with engine {@code auto} on shared memory alone. Prints how
 * often kernels were compiled by C2, how many compilations of one kernel gave up at the same place,
 * at most, and at how many places one did since C2 had taken a question out of a loop in vain.
 */
final class ConfinedRun {
  private static final String GIVEN_UP = "jdk.Deoptimization";
  private static final String COMPILED = "jdk.Compilation";
  private static final int LEVEL_OF_C2 = 4;

  /** Why C2 gives up what asks before a loop since the profile says that the loop often asks. */
  private static final String IN_VAIN = "profile_predicate";

  /** Calls of code that is thrown away again and again do not come to an end. */
  private static final long PATIENCE_NANOS = 15_000_000_000L;

  private ConfinedRun() {}

  /** Takes the name of an engine, and problems, channels last. */
  public static void main(String[] args) throws IOException {
    Path file = Files.createTempFile("conv4j-confined", ".jfr");
    try (var recording = new Recording()) {
      recording.enable(GIVEN_UP).withoutStackTrace();
      recording.enable(COMPILED).withoutThreshold();
      recording.start();
      try (Engine engine = Engines.named(args[0], EngineOptions.defaults().withThreads(1))) {
        for (String line : Arrays.asList(args).subList(1, args.length)) {
          run(engine, Problem.parse(line));
        }
      }
      recording.stop();
      recording.dump(file);
      List<RecordedEvent> ofKernels =
          RecordingFile.readAllEvents(file).stream().filter(ConfinedRun::isOfKernel).toList();
      Map<String, Set<Integer>> givenUp = givenUp(ofKernels);
      givenUp.forEach((place, numbers) -> System.out.println(place + " " + numbers));
      System.out.println(ofKernels.stream().filter(ConfinedRun::isByC2).count());
      System.out.println(givenUp.values().stream().mapToInt(Set::size).max().orElse(0));
      System.out.println(givenUp.keySet().stream().filter(p -> p.endsWith(IN_VAIN)).count());
    } finally {
      Files.deleteIfExists(file);
    }
  }

  private static void run(Engine engine, Problem problem) {
    Convolution convolution = problem.convolution();
    try (Arena shared = Arena.ofShared();
        Arena confined = Arena.ofConfined()) {
      TensorSpec weights = TensorSpec.weights(convolution.weightsShape());
      try (PreparedConvolution prepared =
          engine.prepare(
              convolution,
              TensorSpec.f32(Layout.NHWC, problem.src().dims()),
              Tensor.ofFloats(weights, integers(weights), shared),
              Tensor.allocate(TensorSpec.bias(convolution.outChannels()), shared))) {
        int operands = convolution.postOps().runOperands().size();
        float[] expected = call(2_000, operands, prepared, shared, shared);
        if (engine.name().equals("auto")) {
          requireMeasured(prepared);
          return;
        }
        same(expected, call(100, operands, prepared, confined, confined));
        same(expected, call(100, operands, prepared, confined, shared));
        same(expected, call(100, operands, prepared, shared, confined));
        same(expected, call(100, operands, prepared, confined, shared));
        same(expected, call(2_000, operands, prepared, shared, shared));
      }
    }
  }

  private static void requireMeasured(PreparedConvolution prepared) {
    List<Candidate> candidates = prepared.explain().candidates();
    if (candidates.size() < 2 || candidates.stream().allMatch(c -> c.medianNanos() == 0)) {
      throw new AssertionError("nothing was measured: " + candidates);
    }
  }

  private static void same(float[] expected, float[] actual) {
    if (!Arrays.equals(expected, actual)) {
      throw new AssertionError("other results on other memory");
    }
  }

  /** Operands as large as dst lie where src does. */
  private static float[] call(
      int count, int operands, PreparedConvolution prepared, Arena ofSrc, Arena ofDst) {
    Tensor src = Tensor.ofFloats(prepared.src(), integers(prepared.src()), ofSrc);
    Tensor dst = Tensor.allocate(prepared.dst(), ofDst);
    ConvolutionCall call = prepared.call().src(src).dst(dst);
    for (int i = 0; i < operands; i++) {
      call.operand(i, Tensor.ofFloats(prepared.dst(), integers(prepared.dst()), ofSrc));
    }
    long end = System.nanoTime() + PATIENCE_NANOS;
    for (int i = 0; i < count && System.nanoTime() - end < 0; i++) {
      call.execute();
    }
    return dst.toFloatArray();
  }

  private static float[] integers(TensorSpec spec) {
    var values = new float[Math.toIntExact(spec.shape().elementCount())];
    for (int i = 0; i < values.length; i++) {
      values[i] = i % 7 - 3;
    }
    return values;
  }

  private static boolean isOfKernel(RecordedEvent event) {
    RecordedMethod method = event.hasField("method") ? event.getValue("method") : null;
    return method != null && method.getType().getName().contains("Kernel_");
  }

  private static boolean isByC2(RecordedEvent event) {
    return event.getEventType().getName().equals(COMPILED)
        && event.getInt("compileLevel") == LEVEL_OF_C2
        && event.getBoolean("succeded");
  }

  /** Returns the numbers of compilations for each place in a kernel where they gave up. */
  private static Map<String, Set<Integer>> givenUp(List<RecordedEvent> events) {
    Map<String, Set<Integer>> all = new TreeMap<>();
    for (RecordedEvent event : events) {
      if (event.getEventType().getName().equals(GIVEN_UP)) {
        RecordedMethod method = event.getValue("method");
        String place =
            "%s at %d: %s"
                .formatted(
                    method.getType().getName(), event.getInt("bci"), event.getString("reason"));
        all.computeIfAbsent(place, _ -> new TreeSet<>()).add(event.getInt("compileId"));
      }
    }
    return all;
  }
}
