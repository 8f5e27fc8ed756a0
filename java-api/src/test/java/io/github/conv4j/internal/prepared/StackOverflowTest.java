package io.github.conv4j.internal.prepared;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Calls from everywhere near the end of a stack: no permit and no slot is lost on the way. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StackOverflowTest {
  private static final int ROUNDS = 40;
  private static final int NEAR = 600;
  private static final TensorSpec SPEC = TensorSpec.f32(Layout.NCHW, 1, 1, 4, 4);

  @Test
  void noPermitAndNoSlotIsLost() throws Exception {
    try (Engine engine =
            Engines.named("reference", EngineOptions.defaults().withThreads(1).withQueueLimit(0));
        PreparedConvolution prepared =
            engine.prepare(
                Convolution.conv2d(1, 1).kernel(1).bias(false).build(),
                SPEC,
                new float[] {3},
                null);
        Arena arena = Arena.ofShared()) {
      Tensor src = Tensor.allocate(SPEC, arena);
      src.fill(2);
      Tensor dst = Tensor.allocate(SPEC, arena);
      var overflows = new AtomicInteger();
      var failure = new AtomicReference<@Nullable Throwable>();
      Runnable sweeps =
          () -> {
            try {
              for (int round = 0; round < ROUNDS; round++) {
                sweep(prepared, src, dst, round, overflows);
              }
            } catch (Throwable e) {
              failure.set(e);
            }
          };
      Thread deep = new Thread(null, sweeps, "deep", 1 << 18);
      deep.start();
      deep.join();
      assertThat(failure.get()).isNull();
      assertThat(overflows.get()).isPositive();

      assertThat(((BudgetedConvolution) prepared).slotCount()).isOne();
      dst.fill(Float.NaN);
      prepared.execute(src, dst, Duration.ZERO);
      assertThat(dst.toFloatArray()).containsOnly(6);
    }
  }

  private static void sweep(
      PreparedConvolution prepared, Tensor src, Tensor dst, int round, AtomicInteger overflows) {
    int depth = depthOf(0);
    for (int at = Math.max(0, depth - NEAR) + round % 3; at < depth; at += 3) {
      try {
        executeAt(at, prepared, src, dst);
      } catch (StackOverflowError e) {
        overflows.incrementAndGet();
      }
      // Refused at once if the only permit is gone.
      prepared.execute(src, dst, Duration.ZERO);
    }
  }

  @SuppressWarnings("InfiniteRecursion") // that is the test
  private static int depthOf(int depth) {
    try {
      return depthOf(depth + 1);
    } catch (StackOverflowError e) {
      return depth;
    }
  }

  private static void executeAt(int frames, PreparedConvolution prepared, Tensor src, Tensor dst) {
    if (frames > 0) {
      executeAt(frames - 1, prepared, src, dst);
    } else {
      prepared.execute(src, dst);
    }
  }
}
