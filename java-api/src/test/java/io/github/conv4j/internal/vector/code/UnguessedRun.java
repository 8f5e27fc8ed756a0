package io.github.conv4j.internal.vector.code;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.ready.HeapUse;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Prints which problems go on making objects of vectors, however often they are called. */
final class UnguessedRun {
  /** System property: whether problems are made ready first. */
  static final String READY_PROPERTY = "conv4j.test.ready";

  /** System property: how many slices the JVM refuses first. */
  static final String REFUSED_PROPERTY = "conv4j.test.refused";

  private static final long PATIENCE_NANOS = 30_000_000_000L;
  private static final int CALM_CALLS = 200;

  /** A call of a helper, or of the JVM itself, takes some hundred bytes now and then. */
  private static final long MOST_HEAP_BYTES = 1_024;

  private UnguessedRun() {}

  /** Takes problems, channels last. */
  public static void main(String[] lines) {
    if (HeapUse.bytes() == HeapUse.UNKNOWN) {
      throw new AssertionError("this JVM does not tell what a thread takes from the heap");
    }
    refuseSlices(Integer.getInteger(REFUSED_PROPERTY, 0));
    int failed = 0;
    EngineOptions options =
        EngineOptions.defaults().withThreads(1).withReady(Boolean.getBoolean(READY_PROPERTY));
    try (Engine engine = Engines.named("vector", options)) {
      for (String line : lines) {
        long bytes = bytesOfACall(engine, Problem.parse(line));
        if (bytes > 0) {
          failed++;
          System.out.println("a call of " + line + " takes " + bytes + " bytes");
        }
      }
    }
    System.out.println(lines.length + " problems, " + failed + " failed");
  }

  private static void refuseSlices(int count) {
    for (int i = 0; i < count; i++) {
      try {
        MemorySegment.NULL.asSlice(1, 0);
      } catch (IndexOutOfBoundsException refused) {
        continue;
      }
      throw new AssertionError("a slice beyond the end");
    }
  }

  /**
   * Returns 0 once calls in a row have taken next to nothing, and one of them nothing; else what
   * each of them took at least, or what one took in the end.
   */
  private static long bytesOfACall(Engine engine, Problem problem) {
    Convolution convolution = problem.convolution();
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared =
            engine.prepare(
                convolution,
                TensorSpec.f32(Layout.NHWC, problem.src().dims()),
                Tensor.allocate(TensorSpec.weights(convolution.weightsShape()), arena),
                Tensor.allocate(TensorSpec.bias(convolution.outChannels()), arena))) {
      Tensor src = Tensor.allocate(prepared.src(), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      long end = System.nanoTime() + PATIENCE_NANOS;
      long most = 0;
      long least = Long.MAX_VALUE;
      for (int calm = 0; calm < CALM_CALLS || least > 0; ) {
        if (System.nanoTime() - end > 0) {
          return calm < CALM_CALLS ? Math.max(most, 1) : least;
        }
        long before = HeapUse.bytes();
        prepared.execute(src, dst);
        long bytes = HeapUse.bytes() - before;
        boolean isCalm = bytes <= MOST_HEAP_BYTES;
        most = isCalm ? most : bytes;
        calm = isCalm ? calm + 1 : 0;
        least = isCalm ? Math.min(least, bytes) : Long.MAX_VALUE;
      }
      return 0;
    }
  }
}
