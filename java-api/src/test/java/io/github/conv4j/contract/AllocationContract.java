package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.github.conv4j.ChannelShuffle;
import io.github.conv4j.Connection;
import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.PostOp;
import io.github.conv4j.PostOps;
import io.github.conv4j.Variants;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.ConvolutionCall;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Shadow;
import io.github.conv4j.internal.prepared.BudgetedConvolution;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/**
 * Not one byte of Java heap a call, in many rounds in a row. The Vector API and the linker make
 * objects until the JIT compiler has seen to it, which takes its time on a busy machine; its own
 * work makes some now and then.
 */
abstract class AllocationContract extends EngineContract {
  private static final int CALM_ROUNDS = 15;
  private static final int THREADS = 3;
  private static final long LONGEST_NANOS = 120_000_000_000L;

  /** Long enough for many calls, short enough for the naive loops, of which few calls fit. */
  private static final long ROUND_NANOS = 2_000_000;

  private static final ThreadMXBean THREAD_BEAN =
      (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final Shape SRC = Shape.of(1, 4, 4, 4);
  private static final Convolution CONVOLUTION =
      Convolution.conv2d(4, 4).kernel(3).padding(1).build();

  /** Kernels differ by layout, what is around them does not. */
  private List<Layout> layouts() {
    return isTestedElsewhere() && Thoroughness.step(2) > 1 ? List.of(Layout.NHWC) : LAYOUTS;
  }

  @Test
  void plainLayouts() {
    for (Layout layout : layouts()) {
      allocatesNothing(CONVOLUTION, spec(layout, SRC));
    }
  }

  @Test
  void stridedViews() {
    TensorSpec view = TensorSpec.f32(Layout.strided(200, 1, 40, 7), SRC.dims());
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared =
            engine.prepare(
                CONVOLUTION,
                view,
                view,
                Tensor.allocate(TensorSpec.weights(CONVOLUTION.weightsShape()), arena),
                Tensor.allocate(TensorSpec.bias(4), arena))) {
      allocatesNothing(prepared);
    }
  }

  @Test
  void transposed() {
    Convolution inBlocks = Convolution.transposed2d(4, 4).kernel(2).stride(2).build();
    Convolution inFamilies = Convolution.transposed2d(4, 4).kernel(3).stride(2).build();
    for (Layout layout : layouts()) {
      allocatesNothing(inBlocks, spec(layout, SRC));
      allocatesNothing(inFamilies, spec(layout, SRC));
    }
  }

  @Test
  void bandsOfSmallGroups() {
    Shape src = Shape.of(1, 16, 7, 8);
    for (int groups : new int[] {16, 8, 4, 2, 1}) {
      Convolution grouped = Convolution.conv2d(16, 16).kernel(3).padding(1).groups(groups).build();
      allocatesNothing(grouped, spec(Layout.NHWC, src));
    }
    Convolution large = Convolution.conv2d(16, 16).kernel(5).padding(2).groups(16).build();
    allocatesNothing(large, spec(Layout.NHWC, src));
  }

  @Test
  void pointwiseOnesWithPostOps() {
    PostOps clip = PostOps.of(PostOp.clip(0, 6));
    Convolution oneVector = Convolution.conv2d(24, 16).kernel(1).postOps(clip).build();
    Convolution twoVectors = Convolution.conv2d(24, 40).kernel(1).postOps(clip).build();
    Convolution fourVectors = Convolution.conv2d(24, 80).kernel(1).postOps(clip).build();
    Convolution sevens = Convolution.conv2d(40, 40).kernel(1).postOps(clip).build();

    allocatesNothing(oneVector, spec(Layout.NHWC, Shape.of(1, 24, 28, 28)));
    allocatesNothing(twoVectors, spec(Layout.NHWC, Shape.of(1, 24, 28, 28)));
    allocatesNothing(fourVectors, spec(Layout.NHWC, Shape.of(1, 24, 28, 28)));
    allocatesNothing(sevens, spec(Layout.NHWC, Shape.of(1, 40, 7, 7)));
  }

  @Test
  void paddingModes() {
    Convolution reflecting =
        CONVOLUTION.toBuilder().padding(Padding.symmetric(1).mode(PaddingMode.REFLECT)).build();
    for (Layout layout : layouts()) {
      allocatesNothing(reflecting, spec(layout, SRC));
    }
  }

  @Test
  void sequences() {
    Convolution pointwise = Variants.pointwiseGrouped(4, 4, 2);
    ConvolutionSequence sequence =
        ConvolutionSequence.of(
            new ChannelShuffle(4, 2), pointwise, new ChannelShuffle(4, 2), pointwise);
    for (Layout layout :
        List.of(Layout.NCHW, Layout.NHWC, Layout.ANY, Layout.strided(200, 1, 40, 7))) {
      try (Arena arena = Arena.ofConfined();
          PreparedConvolution prepared =
              engine.prepare(
                  sequence,
                  TensorSpec.f32(layout, SRC.dims()),
                  Runs.parameters(
                      sequence,
                      List.of(new float[8], new float[8]),
                      List.of(new float[4], new float[4]),
                      arena))) {
        allocatesNothing(prepared);
      }
    }
  }

  @Test
  void residuals() {
    Convolution pointwise = Variants.pointwiseGrouped(4, 4, 2);
    PostOps residual = PostOps.of(PostOp.add(PostOp.Operand.full().atEachRun()), PostOp.relu());
    ConvolutionSequence sequence =
        ConvolutionSequence.of(pointwise)
            .then(pointwise.withPostOps(residual), Connection.from(1).operands(0));
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared =
            engine.prepare(
                sequence,
                TensorSpec.f32(Layout.NHWC, SRC.dims()),
                Runs.parameters(
                    sequence,
                    List.of(new float[8], new float[8]),
                    List.of(new float[4], new float[4]),
                    arena))) {
      allocatesNothing(prepared);
    }
  }

  @Test
  void postOpsWithOperandsAtEachRun() {
    for (String postOps :
        List.of("relu,linear:2:1", "add:per_tensor:run,relu,mul:per_oc:run,max:common:run")) {
      for (Layout layout : layouts()) {
        allocatesNothing(CONVOLUTION.withPostOps(PostOps.parse(postOps)), spec(layout, SRC));
      }
    }
  }

  @Test
  void narrowTypes() {
    Quantization quantization = Quantization.none().withSrc(0.5f, 3).withDst(2, 1);
    PostOps postOps = PostOps.parse("add:per_oc:run,relu");
    for (Convolution convolution :
        List.of(
            CONVOLUTION.withQuantization(quantization),
            CONVOLUTION.withQuantization(quantization).withPostOps(postOps))) {
      allocatesNothing(convolution, DataType.U8);
    }
    allocatesNothing(CONVOLUTION, DataType.BF16);
  }

  private void allocatesNothing(Convolution convolution, DataType type) {
    for (Layout layout : layouts()) {
      ConvolutionRequest request =
          ConvolutionRequest.of(convolution, TensorSpec.of(type, layout, SRC));
      try (Arena arena = Arena.ofConfined();
          PreparedConvolution prepared =
              engine.prepare(
                  request.withParameters(
                      Tensor.allocate(request.weightsSpec(), arena),
                      Tensor.allocate(request.biasSpec().orElseThrow(), arena)))) {
        allocatesNothing(prepared);
      }
    }
  }

  private void allocatesNothing(Convolution convolution, TensorSpec src) {
    float[] weights = new float[(int) convolution.weightsShape().elementCount()];
    float[] bias = new float[Math.toIntExact(convolution.outChannels())];
    try (PreparedConvolution prepared = engine.prepare(convolution, src, weights, bias)) {
      allocatesNothing(prepared);
    }
  }

  /** One call in ten is copied for another engine. */
  @Test
  void shadowed() {
    EngineOptions options =
        EngineOptions.defaults()
            .withThreads(1)
            .with(Shadow.defaults().withInterval(10).withShare(1));
    try (Engine shadowed = Engines.named(engineName(), options);
        PreparedConvolution prepared =
            shadowed.prepare(
                CONVOLUTION, spec(Layout.NHWC, SRC), new float[4 * 4 * 9], new float[4])) {
      allocatesNothing(prepared);
      assertThat(shadowed.shadowCounts().sampled() > 0)
          .isEqualTo(!engineName().equals("reference"));
    }
  }

  /** Winograd's algorithm, where the engine has it. */
  @Test
  void relaxed() {
    Convolution convolution = Convolution.conv2d(64, 64).kernel(3).padding(1).build();
    try (Engine relaxed =
        Engines.named(
            engineName(), EngineOptions.defaults().withThreads(1).withAccuracy(Accuracy.RELAXED))) {
      for (Layout layout : layouts()) {
        try (PreparedConvolution prepared =
            relaxed.prepare(
                convolution,
                spec(layout, Shape.of(1, 64, 12, 12)),
                new float[64 * 64 * 9],
                new float[64])) {
          if (engineName().equals("vector") && layout.equals(Layout.NHWC)) {
            assertThat(prepared.explain().stages())
                .anyMatch(stage -> stage.implementation().contains("winograd"));
          }
          allocatesNothing(prepared);
        }
      }
    }
  }

  /** As many threads as the budget has, so that none of them waits. */
  @Test
  void severalThreads() throws Exception {
    try (Engine wide = Engines.named(engineName(), EngineOptions.defaults().withThreads(THREADS));
        var threads = Executors.newFixedThreadPool(THREADS)) {
      for (Layout layout : layouts()) {
        try (PreparedConvolution prepared =
            wide.prepare(CONVOLUTION, spec(layout, SRC), new float[4 * 4 * 9], new float[4])) {
          var calm = new AtomicIntegerArray(THREADS);
          List<Future<?>> running = new ArrayList<>();
          for (int i = 0; i < THREADS; i++) {
            int number = i;
            running.add(
                threads.submit(
                    () ->
                        allocatesNothing(
                            prepared,
                            calm,
                            number,
                            () -> ((BudgetedConvolution) prepared).slotCount() == THREADS)));
          }
          for (Future<?> one : running) {
            one.get();
          }
        }
      }
    }
  }

  private static void allocatesNothing(PreparedConvolution prepared) {
    allocatesNothing(prepared, new AtomicIntegerArray(1), 0, () -> true);
  }

  /**
   * Calls until all threads have had their calm rounds in a row, at the same time.
   *
   * @param calm how many each thread has had
   * @param number which of them this is
   * @param isReady what must be so besides
   */
  private static void allocatesNothing(
      PreparedConvolution prepared, AtomicIntegerArray calm, int number, BooleanSupplier isReady) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor src = Tensor.allocate(prepared.src(), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      ConvolutionCall call = prepared.call().src(src).dst(dst);
      for (int i = 0; i < prepared.operands().size(); i++) {
        call.operand(i, Tensor.allocate(prepared.operands().get(i), arena));
      }
      boolean binds = !prepared.operands().isEmpty();
      long end = System.nanoTime() + LONGEST_NANOS;
      while (!isCalm(calm)) {
        long allocated = binds ? allocatedInRound(call) : allocatedInRound(prepared, src, dst);
        calm.set(number, allocated == 0 && isReady.getAsBoolean() ? calm.get(number) + 1 : 0);
        assertThat(System.nanoTime() - end)
            .as("nanoseconds beyond the longest; a round of %s took %d bytes", prepared, allocated)
            .isNegative();
      }
    }
  }

  private static boolean isCalm(AtomicIntegerArray calm) {
    for (int i = 0; i < calm.length(); i++) {
      if (calm.get(i) < CALM_ROUNDS) {
        return false;
      }
    }
    return true;
  }

  private static long allocatedInRound(ConvolutionCall call) {
    long end = System.nanoTime() + ROUND_NANOS;
    long before = THREAD_BEAN.getCurrentThreadAllocatedBytes();
    do {
      call.execute();
    } while (System.nanoTime() - end < 0);
    return THREAD_BEAN.getCurrentThreadAllocatedBytes() - before;
  }

  private static long allocatedInRound(PreparedConvolution prepared, Tensor src, Tensor dst) {
    long end = System.nanoTime() + ROUND_NANOS;
    long before = THREAD_BEAN.getCurrentThreadAllocatedBytes();
    do {
      prepared.execute(src, dst);
    } while (System.nanoTime() - end < 0);
    return THREAD_BEAN.getCurrentThreadAllocatedBytes() - before;
  }
}
