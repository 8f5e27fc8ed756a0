package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/**
 * That a smaller CPU is really played where {@code ONEDNN_MAX_CPU_ISA} asks for it. Other tests are
 * run in the same environment, by {@code .ci/run}, and would pass on any.
 */
class ThisCpuTest {
  private static final Convolution DENSE = Convolution.conv2d(64, 64).kernel(3).padding(1).build();
  private static final Convolution DEPTHWISE =
      Convolution.conv2d(64, 64).kernel(3).padding(1).groups(64).build();

  @Test
  @EnabledIfEnvironmentVariable(named = "ONEDNN_MAX_CPU_ISA", matches = "AVX2")
  void oneDnnStaysWithinAvx2() {
    assertThat(implementations())
        .allSatisfy(name -> assertThat(name).doesNotContain("avx512"))
        .anySatisfy(name -> assertThat(name).endsWith("avx2"));
  }

  @Test
  @EnabledIfEnvironmentVariable(named = "ONEDNN_MAX_CPU_ISA", matches = "SSE41")
  void oneDnnStaysWithinSse41() {
    assertThat(implementations())
        .allSatisfy(name -> assertThat(name).doesNotContain("avx"))
        .anySatisfy(name -> assertThat(name).endsWith("sse41"));
  }

  private static List<String> implementations() {
    List<String> names = new ArrayList<>();
    try (Engine engine = Engines.named("onednn")) {
      for (Convolution convolution : List.of(DENSE, DEPTHWISE)) {
        float[] weights = new float[(int) convolution.weightsShape().elementCount()];
        TensorSpec src = TensorSpec.f32(Layout.NHWC, 1, 64, 28, 28);
        try (PreparedConvolution prepared =
            engine.prepare(convolution, src, weights, new float[64])) {
          prepared.explain().stages().stream()
              .map(Explanation.Stage::implementation)
              .forEach(names::add);
        }
      }
    }
    return names;
  }
}
