package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** That the vector engine follows {@code -XX:UseAVX}, by which a smaller CPU is played. */
class ThisJvmTest {
  @Test
  void vectorsAreAsWideAsTheJvmMayUse() {
    int mostBits =
        switch (useAvx()) {
          case 0 -> 128;
          case 1, 2 -> 256;
          default -> 512;
        };
    Convolution dense = Convolution.conv2d(64, 64).kernel(3).padding(1).build();
    float[] weights = new float[(int) dense.weightsShape().elementCount()];

    try (Engine engine = Engines.named("vector");
        PreparedConvolution prepared =
            engine.prepare(
                dense, TensorSpec.f32(Layout.NHWC, 1, 64, 28, 28), weights, new float[64])) {
      String implementation = prepared.explain().stages().getFirst().implementation();

      assertThat(implementation).matches("vector\\d+:.+");
      int bits = Integer.parseInt(implementation.replaceAll("vector(\\d+):.+", "$1"));
      assertThat(bits).isBetween(128, mostBits);
    }
  }

  /** The flag of x86; other processors have none, and any width is right there. */
  private static int useAvx() {
    var diagnostics = ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    try {
      return Integer.parseInt(diagnostics.getVMOption("UseAVX").getValue());
    } catch (IllegalArgumentException noSuchFlag) {
      return 3;
    }
  }
}
