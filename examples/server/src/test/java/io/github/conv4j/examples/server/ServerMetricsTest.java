package io.github.conv4j.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Shadow;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ServerMetricsTest {
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);

  @Test
  void callsThatAreComparedAreCounted() {
    EngineOptions options =
        EngineOptions.defaults().with(Shadow.defaults().withInterval(1).withShare(1));
    try (Engine engine = Engines.named("vector", options);
        Arena arena = Arena.ofConfined();
        PreparedConvolution prepared =
            engine.prepare(
                Convolution.conv2d(1, 1).build(),
                TensorSpec.f32(Layout.NHWC, 1, 1, 4, 4),
                new float[1],
                new float[1])) {
      var metrics = new ServerMetrics();
      metrics.watch(engine, List.of(), new Admission(RunningServer.limits()));
      Tensor src = Tensor.allocate(prepared.src(), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      long end = System.nanoTime() + LONGEST_NANOS;
      while (engine.shadowCounts().compared() == 0) {
        prepared.execute(src, dst);
        assertThat(System.nanoTime()).isLessThan(end);
      }
      assertThat(metrics.text())
          .contains("conv4j_shadow_total{engine=\"vector\",event=\"mismatch\"} 0.0")
          .contains("conv4j_shadow_total{engine=\"vector\",event=\"dropped\"}")
          .doesNotContain("conv4j_shadow_total{engine=\"vector\",event=\"compared\"} 0.0");
    }
  }
}
