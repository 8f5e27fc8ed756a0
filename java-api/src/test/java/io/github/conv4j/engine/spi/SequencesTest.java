package io.github.conv4j.engine.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Parameters;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Support;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The sequences of an engine of another project, which prepares single convolutions alone. */
class SequencesTest {
  private static final Convolution DOUBLED = Convolution.conv2d(1, 1).kernel(1).bias(false).build();
  private static final ConvolutionSequence TWICE = ConvolutionSequence.of(DOUBLED, DOUBLED);
  private static final TensorSpec SRC = TensorSpec.f32(Layout.NCHW, 1, 1, 2, 2);

  private final Arena arena = Arena.ofShared();
  private final Others engine = new Others();
  private final List<Parameters> parameters =
      List.of(
          Parameters.of(DOUBLED, new float[] {2}, null, arena),
          Parameters.of(DOUBLED, new float[] {2}, null, arena));

  @AfterEach
  void close() {
    engine.close();
    arena.close();
  }

  @Test
  void runEachStepOnTheResultBefore() {
    try (var prepared = engine.prepare(TWICE, SRC, parameters)) {
      assertThat(quadrupled(prepared)).containsExactly(4, 8, 12, 16);
    }
    assertThat(engine.open).hasValue(0);
  }

  /**
   * Its own engines would compute these in chunks, which takes post-ops that others may not have.
   */
  @Test
  void giveTheEngineNoStepsOfTheirOwn() {
    Convolution expand = Convolution.conv2d(16, 96).bias(false).build();
    Convolution depthwise = Convolution.conv2d(96, 96).kernel(3).groups(96).bias(false).build();
    Convolution project = Convolution.conv2d(96, 16).bias(false).build();
    ConvolutionSequence block = ConvolutionSequence.of(expand, depthwise, project);
    TensorSpec src = TensorSpec.f32(Layout.NHWC, 1, 16, 40, 40);

    try (var prepared = engine.prepare(block, src, Runs.zeros(block, arena))) {
      assertThat(prepared.explain().stages()).hasSize(3);
    }
  }

  @Test
  void closeWithTheirEngine() {
    PreparedConvolution forgotten = engine.prepare(TWICE, SRC, parameters);
    assertThat(engine.open).hasValue(2);

    engine.close();

    assertThat(engine.open).hasValue(0);
    assertThatThrownBy(() -> quadrupled(forgotten))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
    forgotten.close();
  }

  @Test
  void refuseWhenTheirEngineIsClosed() {
    engine.close();

    assertThatThrownBy(() -> engine.prepare(TWICE, SRC, parameters))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("engine others is closed");
    assertThat(engine.open).hasValue(0);
  }

  private float[] quadrupled(PreparedConvolution prepared) {
    Tensor src = Tensor.ofFloats(prepared.src(), new float[] {1, 2, 3, 4}, arena);
    Tensor dst = Tensor.allocate(prepared.dst(), arena);
    prepared.execute(src, dst);
    return dst.toFloatArray();
  }

  /** Lets the reference compute, and counts what is open. */
  private static final class Others implements Engine {
    final AtomicInteger open = new AtomicInteger();
    private final Engine reference = Engines.named("reference");
    private final Sequences sequences = Sequences.of("others", reference.options());

    @Override
    public String name() {
      return "others";
    }

    @Override
    public EngineOptions options() {
      return reference.options();
    }

    @Override
    public Support support(ConvolutionRequest request) {
      return reference.support(request);
    }

    @Override
    public PreparedConvolution prepare(ConvolutionRequest request) {
      return new Counted(reference.prepare(request), open);
    }

    @Override
    public PreparedConvolution prepare(
        ConvolutionSequence sequence, TensorSpec src, List<Parameters> parameters) {
      return sequences.prepare(this, sequence, src, parameters);
    }

    @Override
    public void close() {
      sequences.close();
      reference.close();
    }
  }

  private static final class Counted implements PreparedConvolution {
    private final PreparedConvolution right;
    private final AtomicInteger open;

    Counted(PreparedConvolution right, AtomicInteger open) {
      this.right = right;
      this.open = open;
      open.incrementAndGet();
    }

    @Override
    public TensorSpec src() {
      return right.src();
    }

    @Override
    public TensorSpec dst() {
      return right.dst();
    }

    @Override
    public Explanation explain() {
      return right.explain();
    }

    @Override
    public void execute(Tensor src, Tensor dst) {
      right.execute(src, dst);
    }

    @Override
    public void close() {
      open.decrementAndGet();
      right.close();
    }
  }
}
