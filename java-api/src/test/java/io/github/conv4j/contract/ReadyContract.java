package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.Convolution;
import io.github.conv4j.PostOp;
import io.github.conv4j.PostOps;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An engine is told to be ready, for a list of problems or at each prepare. */
abstract class ReadyContract extends EngineContract {
  private static final Shape SRC = Shape.of(1, 8, 9, 9);
  private static final Convolution CONVOLUTION =
      Convolution.conv2d(8, 8).kernel(3).padding(1).build();

  @Test
  void problemsWhoseWeightsAreDescribedOnly() {
    for (Layout layout : List.of(Layout.NCHW, Layout.NHWC)) {
      TensorSpec src = TensorSpec.f32(layout, SRC.dims());
      PostOps residual = PostOps.of(PostOp.add(PostOp.Operand.full().atEachRun()));
      engine.makeReady(
          List.of(
              ConvolutionRequest.of(CONVOLUTION, src),
              ConvolutionRequest.of(CONVOLUTION.withPostOps(residual), src)));
      agrees(engine, src);
    }
  }

  @Test
  void eachPrepare() {
    try (Engine ready =
        Engines.named(engineName(), EngineOptions.defaults().withThreads(1).withReady(true))) {
      agrees(ready, TensorSpec.f32(Layout.NHWC, SRC.dims()));
    }
  }

  @Test
  void closedEnginesAreNotMadeReady() {
    Engine closed = Engines.named(engineName());
    closed.close();
    assertThatThrownBy(() -> closed.makeReady(List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
  }

  private void agrees(Engine ready, TensorSpec src) {
    float[] weights = Runs.integers(CONVOLUTION.weightsShape(), 1);
    float[] bias = Runs.integers(Shape.of(8), 2);
    float[] x = Runs.integers(SRC, 3);
    try (PreparedConvolution expected =
            reference.prepare(CONVOLUTION, TensorSpec.f32(Layout.NCHW, SRC.dims()), weights, bias);
        PreparedConvolution prepared = ready.prepare(CONVOLUTION, src, weights, bias)) {
      assertThat(Runs.execute(prepared, x)).isEqualTo(Runs.execute(expected, x));
    }
  }
}
