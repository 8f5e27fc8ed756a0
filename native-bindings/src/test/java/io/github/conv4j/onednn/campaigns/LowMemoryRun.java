package io.github.conv4j.onednn.campaigns;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.conv4j.Convolution;
import io.github.conv4j.EngineFailureException;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineMemory;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Limits the address space of this process to what it has and a little more, and then prepares and
 * executes what needs more than that: a documented exception, and all is well when the limit is
 * gone. Arguments: engines, number of limits, seed.
 *
 * <p>A JVM that gets no memory for itself ends. So the limit leaves some, and the JVM is one that
 * needs little: interpreted, with its heap in place. What fails here is large; that everything
 * small may fail, too, is tested by failing calls.
 */
final class LowMemoryRun {
  private static final int RLIMIT_AS = 9;
  private static final long PAGE_BYTES = 4096;
  private static final long MEBIBYTE = 1 << 20;

  /** What is left to the JVM. */
  private static final long LEAST_BYTES = 8 * MEBIBYTE;

  private static final long MOST_BYTES = 40 * MEBIBYTE;

  /** Of so many limits one fails at least. */
  private static final int ENOUGH_TO_FAIL = 20;

  /** What the engine copies is more than what the C library keeps for later. */
  private static final List<Large> LARGE =
      List.of(
          // Weights are packed.
          Large.of(Convolution.conv2d(5000, 1024).kernel(1), 1),
          // The source is copied with its padding.
          Large.of(
              Convolution.conv2d(16, 8)
                  .kernel(3)
                  .padding(Padding.symmetric(1).mode(PaddingMode.REFLECT)),
              560));

  private static final long MOST_ONES = 16 * 570 * 570;
  private static final MemorySegment ONES = ones();

  private static MemorySegment ones() {
    float[] values = new float[Math.toIntExact(MOST_ONES)];
    Arrays.fill(values, 1);
    return MemorySegment.ofArray(values);
  }

  private static final MethodHandle GET = limitFunction("getrlimit");
  private static final MethodHandle SET = limitFunction("setrlimit");

  private final String name;
  private final Arena global = Arena.ofShared();
  private int failures;
  private int results;

  private LowMemoryRun(String name) {
    this.name = name;
  }

  public static void main(String[] arguments) {
    Campaign.silenceWarnings();
    int count = Integer.parseInt(arguments[1]);
    long seed = Long.parseLong(arguments[2]);
    Campaign.runEach(arguments[0], name -> new LowMemoryRun(name).limits(count, seed));
  }

  private String limits(int count, long seed) throws Throwable {
    // The code that a call runs and the messages of the JDK are there before memory is short.
    try (Engine engine = open()) {
      KnownResult.ALL.getLast().cycle(engine);
    }
    for (int i = 0; i < count; i++) {
      Campaign.say("-Dconv4j.test.seed=%d -Dconv4j.test.limits=%d".formatted(seed, i + 1));
      var random = new SplittableRandom(seed + i);
      // The first is less than what the engine packs, if the C library holds none for later.
      long bytes = i == 0 ? LEAST_BYTES : random.nextLong(LEAST_BYTES, MOST_BYTES);
      limit(bytes, i > 0 && random.nextBoolean(), LARGE.get(i % LARGE.size()));
    }
    if (failures == 0 && count >= ENOUGH_TO_FAIL) {
      throw new AssertionError("there was always memory");
    }
    return "%d limits, %d failures as documented, %d results".formatted(count, failures, results);
  }

  /** A convolution of ones, whose sums are the number of weights of an output. */
  private record Large(Convolution convolution, TensorSpec src) {
    static Large of(Convolution.Builder builder, long size) {
      Convolution convolution = builder.bias(false).build();
      return new Large(
          convolution, TensorSpec.f32(Layout.NHWC, 1, convolution.inChannels(), size, size));
    }

    Tensor ones(TensorSpec spec, Arena arena) {
      Tensor tensor = Tensor.allocate(spec, arena);
      tensor.segment().copyFrom(ONES.asSlice(0, spec.byteSize()));
      return tensor;
    }

    Tensor weights(Arena arena) {
      return ones(TensorSpec.weights(convolution.weightsShape()), arena);
    }

    /** Looks at some sums, since this JVM is slow. */
    void require(Tensor dst) {
      Shape shape = dst.spec().shape();
      long expected = convolution.weightsShape().elementCount() / convolution.outChannels();
      for (long channel = 0; channel < shape.dim(1); channel++) {
        float sum = dst.getFloat(0, channel, shape.dim(2) - 1, shape.dim(3) / 2);
        if (sum != expected) {
          throw new AssertionError("channel %d of %s is %s".formatted(channel, convolution, sum));
        }
      }
    }
  }

  private Engine open() {
    return Engines.named(name, EngineOptions.defaults().withThreads(2));
  }

  private void limit(long bytes, boolean onlyTheCall, Large large) throws Throwable {
    try (Engine engine = open();
        Arena arena = Arena.ofShared()) {
      Tensor weights = large.weights(arena);
      Tensor src = large.ones(large.src, arena);
      Tensor dst =
          Tensor.allocate(
              large.src.withShape(large.convolution.outputShape(large.src.shape())), arena);
      if (onlyTheCall) {
        try (PreparedConvolution prepared =
            engine.prepare(large.convolution, large.src, dst.spec(), weights, null)) {
          underLimit(bytes, () -> prepared.execute(src, dst));
          prepared.execute(src, dst);
          large.require(dst);
        }
      } else {
        underLimit(bytes, () -> cycle(engine, large, src, dst, weights));
      }
      cycle(engine, large, src, dst, weights);
      EngineMemory memory = engine.memory();
      if (memory.weightsBytes() + memory.workingBytes() > 0) {
        throw new AssertionError("still held: " + memory);
      }
    }
  }

  private static void cycle(Engine engine, Large large, Tensor src, Tensor dst, Tensor weights) {
    try (PreparedConvolution prepared =
        engine.prepare(large.convolution, large.src, dst.spec(), weights, null)) {
      dst.segment().fill((byte) -1);
      prepared.execute(src, dst);
      large.require(dst);
    }
  }

  private void underLimit(long bytes, Runnable action) throws Throwable {
    long before = setLimit(addressSpaceBytes() + bytes);
    try {
      action.run();
      results++;
    } catch (OutOfMemoryError e) {
      failures++;
    } catch (EngineFailureException e) {
      if (!e.status().equals("out_of_memory")) {
        throw new AssertionError("another status than that there is no memory", e);
      }
      failures++;
    } finally {
      setLimit(before);
    }
  }

  /** Sets the soft limit; returns the one before. */
  private long setLimit(long bytes) throws Throwable {
    MemorySegment limits = global.allocate(JAVA_LONG, 2);
    requireZero((int) GET.invokeExact(RLIMIT_AS, limits));
    long before = limits.getAtIndex(JAVA_LONG, 0);
    limits.setAtIndex(JAVA_LONG, 0, bytes);
    requireZero((int) SET.invokeExact(RLIMIT_AS, limits));
    return before;
  }

  private static void requireZero(int status) {
    if (status != 0) {
      throw new AssertionError("the limit cannot be read or set");
    }
  }

  private static long addressSpaceBytes() throws IOException {
    String pages = Files.readString(Path.of("/proc/self/statm")).split(" ", -1)[0];
    return Long.parseLong(pages) * PAGE_BYTES;
  }

  @SuppressWarnings("restricted")
  private static MethodHandle limitFunction(String name) {
    Linker linker = Linker.nativeLinker();
    return linker.downcallHandle(
        linker.defaultLookup().findOrThrow(name),
        FunctionDescriptor.of(JAVA_INT, JAVA_INT, ADDRESS));
  }
}
