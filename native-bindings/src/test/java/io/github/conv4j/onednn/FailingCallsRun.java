package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.EngineFailureException;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import org.jspecify.annotations.Nullable;

/**
 * Lets each native call fail in turn, in prepare, execute and close: only documented exceptions,
 * nothing hangs, nothing leaks, and the next call works. Argument: the threads of an engine.
 */
final class FailingCallsRun {
  private static final int MOST_CALLS = 200;

  @SuppressWarnings("NullAway.Init") // main sets it first
  private static CountedLibrary counted;

  private static int threads;

  private FailingCallsRun() {}

  public static void main(String[] arguments) {
    threads = Integer.parseInt(arguments[0]);
    // Each failure to destroy is logged, as it should be: some thousand times here.
    System.setErr(new PrintStream(OutputStream.nullOutputStream()));
    try {
      run();
    } catch (Throwable e) {
      e.printStackTrace(System.out);
      System.exit(1);
    }
    say("done");
    System.exit(0);
  }

  private static void run() {
    Engines.named("onednn").close();
    NativeEngine.handle();
    counted = new CountedLibrary(NativeLibrary.load().functions());
    Dnnl.replace(counted.library());
    // As a slot does that is closed after the last engine.
    Streams.giveBack(Streams.take());
    nothingLives(0);
    for (Case problem : threads == 1 ? Case.values() : ENOUGH_FOR_HELPERS) {
      say(problem + " in new engines");
      everyCallOfACycle(problem);
      say(problem + " with compiled code");
      everyCallOfACycleThatFindsCompiledCode(problem);
      say(problem + " without a cache");
      everyCallOfACycleWithoutACache(problem);
      say(problem + " left to the engine");
      theEngineClosesWhatIsLeft(problem);
    }
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  /** The ways in which primitives are put together. */
  @SuppressWarnings("ImmutableEnumChecker") // nobody writes what it holds
  enum Case {
    DIRECT(conv(16, 16).kernel(3).padding(1), 12, Layout.NHWC),
    COPIED(conv(16, 16).groups(16).kernel(3).padding(1), 12, Layout.NCHW),
    PADDED(conv(8, 8).kernel(3).padding(Padding.symmetric(1).mode(PaddingMode.REFLECT)), 9),
    WINDOWED(conv(8, 8).kernel(3).padding(5), 9),
    SUBPIXEL(Convolution.transposed2d(8, 4).kernel(4).stride(2).padding(1), 7),
    TRANSPOSED(Convolution.transposed2d(16, 16).kernel(3).stride(2), 7),
    SHARED(conv(16, 16).kernel(3).padding(1), 96),
    SHARED_CHANNELS(conv(64, 128).kernel(3), 14);

    private final Convolution convolution;
    private final TensorSpec src;
    private final float[] srcValues;
    private final float[] weights;
    private final float[] bias;
    private float @Nullable [] expected;

    Case(Convolution.Builder builder, int size) {
      this(builder, size, Layout.NHWC);
    }

    Case(Convolution.Builder builder, int size, Layout layout) {
      convolution = builder.build();
      src = TensorSpec.f32(layout, 1, convolution.inChannels(), size, size);
      srcValues = Runs.integers(src.shape(), 1);
      weights = Runs.integers(convolution.weightsShape(), 2);
      bias = Runs.integers((int) convolution.outChannels(), 3);
    }

    private static Convolution.Builder conv(long in, long out) {
      return Convolution.conv2d(in, out);
    }

    float[] expected() {
      if (expected == null) {
        expected = Runs.reference(convolution, src.shape(), srcValues, weights, bias);
      }
      return expected;
    }
  }

  /** Compositions are made of these, and helpers know nothing of them. */
  private static final Case[] ENOUGH_FOR_HELPERS = {
    Case.DIRECT, Case.COPIED, Case.SHARED, Case.SHARED_CHANNELS
  };

  private static void everyCallOfACycle(Case problem) {
    long made = MOST_CALLS;
    for (int number = 1; number <= Math.min(made + 1, MOST_CALLS); number++) {
      try (Engine engine = open()) {
        counted.failAt(number);
        boolean succeeded = cycle(engine, problem);
        made = counted.failNoMore();
        assertThat(succeeded || number <= made).as("call %d of %d", number, made).isTrue();
        works(engine, problem, number);
      }
      nothingLives(number);
    }
  }

  private static void everyCallOfACycleThatFindsCompiledCode(Case problem) {
    try (Engine engine = open()) {
      works(engine, problem, 0);
      for (int number = 1; number <= MOST_CALLS; number++) {
        counted.failAt(number);
        cycle(engine, problem);
        long made = counted.failNoMore();
        works(engine, problem, number);
        if (made < number) {
          break;
        }
      }
    }
    nothingLives(MOST_CALLS);
  }

  private static void everyCallOfACycleWithoutACache(Case problem) {
    String property = CompilationCache.BYTES_PROPERTY;
    System.setProperty(property, "1");
    try {
      long made = MOST_CALLS;
      for (int number = 1; number <= Math.min(made, MOST_CALLS); number += 5) {
        try (Engine engine = open()) {
          counted.failAt(number);
          cycle(engine, problem);
          made = counted.failNoMore();
          works(engine, problem, number);
        }
        nothingLives(number);
      }
    } finally {
      System.clearProperty(property);
    }
  }

  private static void theEngineClosesWhatIsLeft(Case problem) {
    long made = MOST_CALLS;
    for (int number = 1; number <= Math.min(made, MOST_CALLS); number++) {
      try (Arena arena = Arena.ofConfined()) {
        try (Engine engine = open()) {
          prepare(engine, problem, arena);
          counted.failAt(number);
        }
        made = counted.failNoMore();
      }
      nothingLives(number);
    }
  }

  private static Engine open() {
    return Engines.named("onednn", EngineOptions.defaults().withThreads(threads));
  }

  private static PreparedConvolution prepare(Engine engine, Case problem, Arena arena) {
    return engine.prepare(
        problem.convolution,
        problem.src,
        Tensor.ofFloats(
            TensorSpec.weights(problem.convolution.weightsShape()), problem.weights, arena),
        Tensor.ofFloats(TensorSpec.bias(problem.bias.length), problem.bias, arena));
  }

  /** Returns false after a documented exception. */
  private static boolean cycle(Engine engine, Case problem) {
    try (Arena arena = Arena.ofShared();
        PreparedConvolution prepared = prepare(engine, problem, arena)) {
      Tensor src = Tensor.ofFloats(problem.src, problem.srcValues, arena);
      for (int i = 0; i < 2; i++) {
        Tensor dst = Tensor.allocate(prepared.dst(), arena);
        prepared.execute(src, dst);
        assertThat(dst.toFloatArray()).isEqualTo(problem.expected());
      }
      return true;
    } catch (EngineFailureException e) {
      assertThat(e.status()).isEqualTo("out_of_memory");
      return false;
    }
  }

  private static void works(Engine engine, Case problem, int number) {
    assertThat(cycle(engine, problem)).as("the cycle after failing call %d", number).isTrue();
  }

  private static void nothingLives(int number) {
    assertThat(counted.violations()).as("after failing call %d", number).isEmpty();
    assertThat(counted.live()).as("after failing call %d", number).isEmpty();
  }
}
