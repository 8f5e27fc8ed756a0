package io.github.conv4j.contract;

import static io.github.conv4j.contract.ConcurrencyContract.floats;
import static io.github.conv4j.contract.ConcurrencyContract.requireEqual;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.parallel.Budget;
import io.github.conv4j.internal.prepared.BudgetedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls that are long enough for the pool: parts and helpers change no bit. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
abstract class SharingContract extends EngineContract {
  private static final int THREADS = 3;
  private static final int CALLERS = 6;
  private static final int MOST_CALLS = 100;
  private static final long MOST_WAIT_NANOS = 10_000_000_000L;

  static Stream<Problem> problems() {
    return Stream.of(
        Problem.of(
            Convolution.conv2d(32, 48).kernel(3).padding(1).build(), Shape.of(1, 32, 29, 31)),
        Problem.of(
            Convolution.conv2d(24, 100).kernel(3).padding(2, 1).stride(2, 1).dilation(2).build(),
            Shape.of(2, 24, 29, 31)),
        Problem.of(Convolution.conv2d(256, 96).kernel(1).build(), Shape.of(1, 256, 23, 14)),
        Problem.of(
            Convolution.conv2d(96, 96).kernel(3).padding(1).groups(96).build(),
            Shape.of(1, 96, 29, 57)),
        Problem.of(
            Convolution.conv2d(64, 64).kernel(3).padding(1).groups(16).build(),
            Shape.of(1, 64, 41, 57)),
        Problem.of(
            Convolution.transposed2d(48, 2).kernel(4).stride(2).padding(1).build(),
            Shape.of(1, 48, 57, 41)),
        Problem.of(Convolution.conv2d(64, 192).kernel(3).padding(1).build(), Shape.of(1, 64, 7, 7)),
        Problem.of(
            Convolution.conv2d(512, 64).kernel(3).padding(1).build(), Shape.of(1, 512, 1, 40)),
        Problem.of(
            Convolution.conv2d(384, 48).kernel(2).padding(1).dilation(2).build(),
            Shape.of(1, 384, 10, 28)),
        Problem.of(
            Convolution.conv2d(128, 96).kernel(7).stride(2).padding(3).dilation(3).build(),
            Shape.of(3, 128, 32, 56)),
        Problem.of(
            Convolution.conv1d(24, 64).kernel(5).padding(6).dilation(3).build(),
            Shape.of(1, 24, 700)),
        Problem.of(
            Convolution.transposed2d(32, 64).kernel(3).stride(2).build(), Shape.of(1, 32, 17, 15)),
        Problem.of(Convolution.conv1d(48, 80).kernel(5).build(), Shape.of(1, 48, 701)),
        Problem.of(
            Convolution.conv3d(16, 32).kernel(3).padding(1).build(), Shape.of(1, 16, 7, 11, 13)));
  }

  @ParameterizedTest
  @MethodSource("problems")
  void partsAreExact(Problem problem) {
    try (Engine three = Engines.named(engineName(), EngineOptions.defaults().withThreads(THREADS));
        var validator = new EngineValidator(three)) {
      for (LayoutChoice layout : LayoutChoice.values()) {
        assertThat(validator.exact(problem, layout, 4))
            .satisfies(verdict -> assertThat(verdict.passed()).as(verdict.toString()).isTrue());
      }
    }
  }

  /** Calls until helpers have computed parts; false if they do not. */
  private static boolean isHelped(PreparedConvolution prepared, float[] input) {
    Budget budget = ((BudgetedConvolution) prepared).budget();
    long before = budget.helpedParts();
    for (int call = 0; call < MOST_CALLS && budget.helpedParts() == before; call++) {
      Runs.execute(prepared, input);
    }
    return budget.helpedParts() > before;
  }

  /** Calls while others hold all permits but one, so that nobody helps. */
  private static float[] executeAlone(PreparedConvolution prepared, float[] input) {
    Budget budget = ((BudgetedConvolution) prepared).budget();
    int held = 0;
    long begin = System.nanoTime();
    try {
      while (held < THREADS - 1) {
        if (budget.tryAcquire()) {
          held++;
        }
        assertThat(System.nanoTime() - begin).as("time for permits").isLessThan(MOST_WAIT_NANOS);
      }
      long before = budget.helpedParts();
      float[] result = Runs.execute(prepared, input);
      assertThat(budget.helpedParts()).isEqualTo(before);
      return result;
    } finally {
      for (; held > 0; held--) {
        budget.release();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("problems")
  void helpersChangeNoBit(Problem problem) throws Exception {
    Convolution convolution = problem.convolution();
    float[] weights = floats(convolution.weightsShape(), 1);
    float[] bias = floats(Shape.of(convolution.outChannels()), 2);
    float[] input = floats(problem.src(), 3);
    boolean helped = false;
    for (LayoutChoice layout : LayoutChoice.values()) {
      try (Engine three =
              Engines.named(engineName(), EngineOptions.defaults().withThreads(THREADS));
          PreparedConvolution shared =
              three.prepare(
                  convolution,
                  spec(layout.forRank(problem.src().rank()), problem.src()),
                  weights,
                  bias);
          var threads = Executors.newFixedThreadPool(CALLERS)) {
        float[] first = Runs.execute(shared, input);
        for (int round = 0; round < 8; round++) {
          requireEqual(Runs.execute(shared, input), first);
        }
        helped |= isHelped(shared, input);
        requireEqual(executeAlone(shared, input), first);
        List<Future<?>> callers = new ArrayList<>();
        for (int caller = 0; caller < CALLERS; caller++) {
          callers.add(
              threads.submit(
                  () -> {
                    for (int round = 0; round < 3; round++) {
                      requireEqual(Runs.execute(shared, input), first);
                    }
                  }));
        }
        for (Future<?> caller : callers) {
          caller.get();
        }
      }
    }
    // Where an engine has only a slow implementation of a layout, it does not share it.
    assertThat(helped).as("helpers computed parts in some layout").isTrue();
  }

  /**
   * Whoever closes waits for helpers too: no call ends with a wrong result, no memory goes early.
   */
  @Test
  void closingWaitsForSharedCalls() throws Exception {
    Problem problem = problems().findFirst().orElseThrow();
    for (int round = 0; round < 20; round++) {
      Engine three = Engines.named(engineName(), EngineOptions.defaults().withThreads(THREADS));
      PreparedConvolution prepared =
          three.prepare(
              problem.convolution(),
              spec(Layout.NHWC, problem.src()),
              Runs.integers(problem.convolution().weightsShape(), 1),
              Runs.integers(Math.toIntExact(problem.convolution().outChannels()), 2));
      assertThat(isHelped(prepared, Runs.integers(problem.src(), 3))).isTrue();
      try (LogCapture _ = LogCapture.open()) {
        ConcurrencyContract.closesUnderCallers(
            prepared, round % 2 == 0 ? prepared::close : three::close);
      }
      three.close();
    }
  }

  /** However small the problem: parts stay within their tensors, between guard pages. */
  @Test
  void smallPartsAreExactToo() {
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            GuardPageRun.class,
            List.of("-Dconv4j.sharing.nanos=0", "-XX:ActiveProcessorCount=3"),
            engineName(),
            "60",
            "",
            GuardPageRun.Edges.ALTERNATING.name(),
            Integer.toString(Thoroughness.step(2)),
            "0");

    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
    assertThat(outcome.output()).containsPattern("helpers computed [1-9][0-9]{2,} parts");
  }

  /** Helpers work on tensors of confined, shared, automatic and heap memory alike. */
  @Test
  void everyKindOfMemoryIsShared() {
    Problem problem = problems().findFirst().orElseThrow();
    Convolution convolution = problem.convolution();
    float[] input = floats(problem.src(), 3);
    try (Engine three = Engines.named(engineName(), EngineOptions.defaults().withThreads(THREADS));
        PreparedConvolution prepared =
            three.prepare(
                convolution,
                spec(Layout.NHWC, problem.src()),
                floats(convolution.weightsShape(), 1),
                floats(Shape.of(convolution.outChannels()), 2));
        Arena confined = Arena.ofConfined();
        Arena shared = Arena.ofShared()) {
      float[] expected = Runs.execute(prepared, input);
      assertThat(isHelped(prepared, input)).isTrue();
      for (Arena arena : List.of(confined, shared, Arena.ofAuto(), Arena.global())) {
        Tensor src = Tensor.ofFloats(prepared.src(), input, arena);
        for (int call = 0; call < 30; call++) {
          Tensor dst = Tensor.allocate(prepared.dst(), arena);
          prepared.execute(src, dst);
          requireEqual(dst.toFloatArray(), expected);
        }
      }
    }
  }

  /** Alone and behind others: the bytes of a closed arena are nobody's. */
  @Test
  void aClosedConfinedArenaIsRefused() throws Exception {
    Problem problem = problems().findFirst().orElseThrow();
    Convolution convolution = problem.convolution();
    try (Engine two = Engines.named(engineName(), EngineOptions.defaults().withThreads(2));
        PreparedConvolution prepared =
            two.prepare(
                convolution,
                spec(Layout.NHWC, problem.src()),
                floats(convolution.weightsShape(), 1),
                floats(Shape.of(convolution.outChannels()), 2));
        var busy = Executors.newFixedThreadPool(CALLERS)) {
      for (boolean crowded : new boolean[] {false, true}) {
        var stop = new AtomicBoolean();
        List<Future<?>> others = new ArrayList<>();
        for (int caller = 0; crowded && caller < CALLERS; caller++) {
          others.add(
              busy.submit(
                  () -> {
                    float[] input = floats(problem.src(), 3);
                    while (!stop.get()) {
                      Runs.execute(prepared, input);
                    }
                  }));
        }
        for (int round = 0; round < 30; round++) {
          Tensor src;
          Tensor dst;
          try (Arena arena = Arena.ofConfined()) {
            src = Tensor.allocate(prepared.src(), arena);
            dst = Tensor.allocate(prepared.dst(), arena);
            prepared.execute(src, dst);
          }
          assertThatThrownBy(() -> prepared.execute(src, dst))
              .isExactlyInstanceOf(IllegalStateException.class)
              .hasMessage("Already closed");
        }
        stop.set(true);
        for (Future<?> other : others) {
          other.get();
        }
      }
    }
  }

  @Test
  void aTensorOfAnotherThreadsArenaIsRefused() throws Exception {
    Problem problem = problems().findFirst().orElseThrow();
    Convolution convolution = problem.convolution();
    try (Engine three = Engines.named(engineName(), EngineOptions.defaults().withThreads(THREADS));
        PreparedConvolution prepared =
            three.prepare(
                convolution,
                spec(Layout.NHWC, problem.src()),
                floats(convolution.weightsShape(), 1),
                floats(Shape.of(convolution.outChannels()), 2));
        Arena confined = Arena.ofConfined();
        var another = Executors.newSingleThreadExecutor()) {
      Tensor src = Tensor.allocate(prepared.src(), confined);
      Tensor dst = Tensor.allocate(prepared.dst(), confined);
      for (int call = 0; call < 20; call++) {
        prepared.execute(src, dst);
        assertThatThrownBy(() -> another.submit(() -> prepared.execute(src, dst)).get())
            .hasCauseInstanceOf(WrongThreadException.class);
      }
    }
  }
}
