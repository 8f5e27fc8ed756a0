package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.function.Supplier;

/** A program that uses conv4j as an application in a class loader of its own would. */
public final class RedeployedProgram implements Supplier<String> {
  private static final int CHANNELS = 64;
  private static final int SIZE = 28;
  private static final int CALLS = 20;

  /** Returns the engine that computed, and the file that its functions come from. */
  @Override
  public String get() {
    Convolution convolution = Convolution.conv2d(CHANNELS, CHANNELS).kernel(3).padding(1).build();
    TensorSpec spec = TensorSpec.f32(Layout.NHWC, 1, CHANNELS, SIZE, SIZE);
    float[] weights = new float[Math.toIntExact(convolution.weightsShape().elementCount())];
    Arrays.fill(weights, 1);
    // Two threads, so that calls of this size are shared with the pool's.
    try (Engine engine = Engines.best(EngineOptions.defaults().withThreads(2));
        PreparedConvolution prepared =
            engine.prepare(convolution, spec, weights, new float[CHANNELS]);
        Arena arena = Arena.ofShared()) {
      Tensor src = Tensor.allocate(prepared.src(), arena);
      src.segment().fill((byte) 0);
      src.setFloat(1, 0, 0, 5, 5);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      for (int i = 0; i < CALLS; i++) {
        prepared.execute(src, dst);
      }
      float sum = 0;
      for (float value : dst.toFloatArray()) {
        sum += value;
      }
      if (sum != 9 * CHANNELS) {
        throw new AssertionError("the sum is " + sum);
      }
      return engine.name() + " " + detail(engine.name());
    }
  }

  private static String detail(String engine) {
    return Engines.survey().stream()
        .filter(row -> row.name().equals(engine))
        .map(row -> ((Availability.Available) row.availability()).detail())
        .findFirst()
        .orElseThrow();
  }
}
