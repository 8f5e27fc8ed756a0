package io.github.conv4j.internal.ready;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.Convolution;
import io.github.conv4j.PostOps;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadinessTest {
  /** Chains that no other test has, so that their kernels are not compiled yet. */
  private static final PostOps UNHEARD_OF = PostOps.parse("sub:1,abs,min:77,abs");

  private static final PostOps UNHEARD_OF_TOO = PostOps.parse("min:77,abs,sub:1,abs");

  private static final EngineOptions ONE_THREAD = EngineOptions.defaults().withThreads(1);

  /** A call may touch something for the first time, but makes no object of each vector. */
  private static final long MOST_HEAP_BYTES = 16_384;

  private static ConvolutionRequest request(PostOps postOps) {
    Problem problem = Problem.parse("mb1_ic64oc64_ih28kh3ph1");
    return ConvolutionRequest.of(
            problem.convolution().withPostOps(postOps),
            TensorSpec.of(DataType.F32, Layout.NHWC, problem.src()))
        .withDst(TensorSpec.of(DataType.F32, Layout.NHWC, problem.dst()));
  }

  private static long heapBytesOfFirstCall(Engine engine, PostOps postOps) {
    ConvolutionRequest request = request(postOps);
    Convolution convolution = request.convolution();
    float[] weights = new float[Math.toIntExact(convolution.weightsShape().elementCount())];
    try (Arena arena = Arena.ofConfined();
        PreparedConvolution prepared =
            engine.prepare(convolution, request.src(), weights, new float[64])) {
      Tensor src = Tensor.allocate(prepared.src(), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      long before = HeapUse.bytes();
      prepared.execute(src, dst);
      return HeapUse.bytes() - before;
    }
  }

  @Test
  void theFirstCallRunsCompiledCodeWhereAskedFor() {
    assertThat(HeapUse.bytes()).isNotEqualTo(HeapUse.UNKNOWN);
    try (Engine engine = Engines.named("vector", ONE_THREAD.withReady(true))) {
      assertThat(engine.options().ready()).isTrue();
      assertThat(heapBytesOfFirstCall(engine, UNHEARD_OF)).isLessThan(MOST_HEAP_BYTES);
    }
  }

  @Test
  void aListOfProblemsIsCompiledBeforehand() {
    assertThat(HeapUse.bytes()).isNotEqualTo(HeapUse.UNKNOWN);
    try (Engine engine = Engines.named("vector", ONE_THREAD)) {
      engine.makeReady(List.of(request(UNHEARD_OF_TOO), request(UNHEARD_OF_TOO)));
      // Its working memory is what a new one still takes.
      assertThat(heapBytesOfFirstCall(engine, UNHEARD_OF_TOO)).isLessThan(1 << 20);
      assertThat(heapBytesOfFirstCall(engine, UNHEARD_OF_TOO)).isLessThan(1 << 20);
    }
  }

  @Test
  void refusesWhatTheEngineCannotRun() {
    try (Engine engine = Engines.named("vector", ONE_THREAD)) {
      ConvolutionRequest huge =
          ConvolutionRequest.of(
              Convolution.conv2d(1, 1).build(),
              TensorSpec.f32(Layout.NHWC, 1, 1, 1 << 16, 1 << 16));
      assertThatThrownBy(() -> engine.makeReady(List.of(huge)))
          .isInstanceOf(UnsupportedConvolutionException.class);
      engine.makeReady(List.of());
    }
    Engine closed = Engines.named("vector", ONE_THREAD);
    closed.close();
    assertThatThrownBy(() -> closed.makeReady(List.of()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("is closed");
  }
}
