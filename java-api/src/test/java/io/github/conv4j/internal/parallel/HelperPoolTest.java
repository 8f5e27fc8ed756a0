package io.github.conv4j.internal.parallel;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class HelperPoolTest {
  /** Far below the half minute after which idle helpers end by themselves. */
  private static final Duration LONGEST = Duration.ofSeconds(15);

  private static final int MOST_CALLS = 10_000;

  @Test
  void helpersEndWhenTheirEngineIsClosed() throws InterruptedException {
    Convolution convolution = Convolution.conv2d(64, 64).kernel(3).padding(1).build();
    TensorSpec spec = TensorSpec.f32(Layout.NHWC, 1, 64, 28, 28);
    int weights = Math.toIntExact(convolution.weightsShape().elementCount());
    List<Thread> helpers = List.of();
    try (Engine engine = Engines.named("vector", EngineOptions.defaults().withThreads(2));
        PreparedConvolution prepared =
            engine.prepare(convolution, spec, new float[weights], new float[64]);
        Arena arena = Arena.ofShared()) {
      Tensor src = Tensor.allocate(prepared.src(), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      for (int i = 0; i < MOST_CALLS && helpers.isEmpty(); i++) {
        prepared.execute(src, dst);
        helpers = helpers();
      }
    }
    assertThat(helpers).as("a call of this size is shared").isNotEmpty();
    for (Thread helper : helpers) {
      assertThat(helper.join(LONGEST)).as("%s has ended", helper).isTrue();
    }
  }

  private static List<Thread> helpers() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(thread -> thread.getName().startsWith("conv4j-helper"))
        .toList();
  }
}
