package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What is prepared again is what would be prepared anew. */
class ChoiceTest {
  private static final Convolution PADDED =
      Convolution.conv2d(16, 32).kernel(3).padding(Padding.symmetric(1)).bias(false).build();

  private static final TensorSpec SRC = TensorSpec.f32(Layout.NHWC, 1, 16, 5, 5);

  private static Tensor weights(Convolution convolution, float value, Arena arena) {
    Tensor weights = Tensor.allocate(TensorSpec.weights(convolution.weightsShape()), arena);
    weights.fill(value);
    return weights;
  }

  /** Of ones; the output in the middle of an image of 5x5. */
  private static float middle(PreparedConvolution prepared, Arena arena) {
    Tensor src = Tensor.allocate(prepared.src(), arena);
    Tensor dst = Tensor.allocate(prepared.dst(), arena);
    src.fill(1);
    prepared.execute(src, dst);
    return dst.getFloat(0, 0, 2, 2);
  }

  @Test
  void theSecondHasItsOwnWeightsAndTheSameExplanation() {
    try (Engine engine = new OnednnEngine(EngineOptions.defaults());
        Arena arena = Arena.ofConfined();
        PreparedConvolution first = engine.prepare(PADDED, SRC, weights(PADDED, 1, arena), null);
        PreparedConvolution second = engine.prepare(PADDED, SRC, weights(PADDED, 2, arena), null)) {
      assertThat(second.explain()).isSameAs(first.explain());
      assertThat(middle(first, arena)).isEqualTo(9 * 16);
      assertThat(middle(second, arena)).isEqualTo(2 * 9 * 16);
    }
  }

  /** oneDNN would multiply them with padding: in a corner, 0 times infinity. */
  @Test
  void weightsThatAreNotFiniteAreSeenTheSecondTimeToo() {
    try (Engine engine = new OnednnEngine(EngineOptions.defaults());
        Arena arena = Arena.ofConfined()) {
      engine.prepare(PADDED, SRC, weights(PADDED, 1, arena), null).close();
      Tensor infinite = weights(PADDED, 1, arena);
      infinite.setFloat(Float.POSITIVE_INFINITY, 0, 0, 0, 0);
      try (PreparedConvolution prepared = engine.prepare(PADDED, SRC, infinite, null)) {
        assertThat(prepared.explain().toString()).contains("naive loops");
        assertThat(middle(prepared, arena)).isEqualTo(Float.POSITIVE_INFINITY);
      }
      try (PreparedConvolution prepared =
          engine.prepare(PADDED, SRC, weights(PADDED, 1, arena), null)) {
        assertThat(prepared.explain().toString()).doesNotContain("naive loops");
      }
    }
  }

  private static void fill(Tensor bias, int factor) {
    for (int c = 0; c < 32; c++) {
      bias.setFloat(factor * (c + 1), c);
    }
  }

  @Test
  void aBiasIsTheSecondsToo() {
    Convolution biased = Convolution.conv2d(16, 32).kernel(3).padding(Padding.symmetric(1)).build();
    try (Engine engine = new OnednnEngine(EngineOptions.defaults());
        Arena arena = Arena.ofConfined()) {
      for (int i = 1; i <= 3; i++) {
        Tensor bias = Tensor.allocate(TensorSpec.bias(32), arena);
        fill(bias, i);
        // Every second float of a row is a bias whose floats are no neighbours.
        Tensor apart =
            Tensor.allocate(TensorSpec.of(DataType.F32, Layout.strided(2), Shape.of(32)), arena);
        fill(apart, 10 * i);
        for (Tensor each : new Tensor[] {bias, apart}) {
          try (PreparedConvolution prepared =
              engine.prepare(biased, SRC, weights(biased, 1, arena), each)) {
            Tensor src = Tensor.allocate(prepared.src(), arena);
            Tensor dst = Tensor.allocate(prepared.dst(), arena);
            src.fill(1);
            prepared.execute(src, dst);
            for (int c = 0; c < 32; c++) {
              assertThat(dst.getFloat(0, c, 2, 2)).isEqualTo(9 * 16 + each.getFloat(c));
            }
          }
        }
      }
    }
  }

  @Test
  void anEngineOfOtherThreadsAndOneThatAvoidsAWayChooseThemselves() {
    Convolution convolution =
        Convolution.conv2d(64, 64).kernel(3).padding(Padding.symmetric(1)).bias(false).build();
    TensorSpec src = TensorSpec.f32(Layout.NHWC, 1, 64, 40, 40);
    try (var one = new OnednnEngine(EngineOptions.defaults().withThreads(1));
        var two = new OnednnEngine(EngineOptions.defaults().withThreads(2));
        Arena arena = Arena.ofConfined()) {
      Tensor weights = weights(convolution, 1, arena);
      try (PreparedConvolution alone = one.prepare(convolution, src, weights, null);
          PreparedConvolution shared = two.prepare(convolution, src, weights, null)) {
        String chosen = alone.explain().stages().getFirst().implementation();
        assertThat(shared.explain().toString()).contains(" in ").contains(" parts by ");
        assertThat(alone.explain().toString()).doesNotContain(" parts by ");
        try (PreparedConvolution other =
            one.without(Set.of(chosen)).prepare(convolution, src, weights, null)) {
          assertThat(other.explain().stages().getFirst().implementation()).isNotEqualTo(chosen);
        }
      }
    }
  }

  @Test
  void anExplanationSaysTheCallersLayout() {
    Convolution convolution = Convolution.conv2d(1, 1).kernel(3).bias(false).build();
    try (Engine engine = new OnednnEngine(EngineOptions.defaults());
        Arena arena = Arena.ofConfined()) {
      Tensor weights = weights(convolution, 1, arena);
      for (Layout layout : new Layout[] {Layout.NCHW, Layout.NHWC, Layout.NCHW}) {
        TensorSpec src = TensorSpec.f32(layout, 1, 1, 9, 7);
        try (PreparedConvolution prepared = engine.prepare(convolution, src, weights, null)) {
          assertThat(prepared.src().layout()).isEqualTo(layout);
          assertThat(prepared.explain().stages().getFirst().src().layout()).isEqualTo(layout);
        }
      }
    }
  }
}
