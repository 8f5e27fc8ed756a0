package io.github.conv4j.internal.prepared;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.PostOps;
import io.github.conv4j.engine.ConvolutionCall;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.ready.HeapUse;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Calls of more threads than an engine computes with. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WaitingTest {
  private static final int CLIENTS = 4;
  private static final int CALLS = 2_000;

  /** Everything is compiled after some rounds. */
  private static final int MOST_ROUNDS = 50;

  private static final int CALM_ROUNDS = 3;

  /** Of all clients: less than an object for each of a hundred calls. */
  private static final long MOST_BYTES = CLIENTS * CALLS / 100 * 16;

  private static Callable<Long> client(
      PreparedConvolution prepared, Arena arena, CyclicBarrier barrier) {
    ConvolutionCall call =
        prepared
            .call()
            .src(Tensor.allocate(prepared.src(), arena))
            .dst(Tensor.allocate(prepared.dst(), arena));
    for (int i = 0; i < prepared.operands().size(); i++) {
      call.operand(i, Tensor.allocate(prepared.operands().get(i), arena));
    }
    return () -> {
      barrier.await();
      long before = HeapUse.bytes();
      for (int i = 0; i < CALLS; i++) {
        call.execute();
      }
      return HeapUse.bytes() - before;
    };
  }

  @ParameterizedTest
  @ValueSource(strings = {"relu", "add:per_tensor:run,relu"})
  void whoWaitsTakesNothingFromTheHeap(String postOps) throws Exception {
    assertThat(HeapUse.bytes()).isNotEqualTo(HeapUse.UNKNOWN);
    Convolution convolution =
        Convolution.conv2d(16, 16)
            .kernel(3)
            .padding(1)
            .bias(false)
            .postOps(PostOps.parse(postOps))
            .build();
    var barrier = new CyclicBarrier(CLIENTS);
    try (Engine engine = Engines.named("vector", EngineOptions.defaults().withThreads(1));
        Arena arena = Arena.ofShared();
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS);
        PreparedConvolution prepared =
            engine.prepare(
                ConvolutionRequest.of(convolution, TensorSpec.f32(Layout.NHWC, 1, 16, 20, 20))
                    .withParameters(
                        Tensor.allocate(TensorSpec.weights(convolution.weightsShape()), arena),
                        null))) {
      List<Callable<Long>> clients = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        clients.add(client(prepared, arena, barrier));
      }
      int calm = 0;
      for (int round = 0; calm < CALM_ROUNDS && round < MOST_ROUNDS; round++) {
        long bytes = 0;
        for (Future<Long> each : threads.invokeAll(clients)) {
          bytes += each.get();
        }
        calm = bytes < MOST_BYTES ? calm + 1 : 0;
      }
      assertThat(calm).isEqualTo(CALM_ROUNDS);
    }
  }
}
