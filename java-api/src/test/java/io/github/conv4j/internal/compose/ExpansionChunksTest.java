package io.github.conv4j.internal.compose;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.ChannelShuffle;
import io.github.conv4j.Connection;
import io.github.conv4j.Convolution;
import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.Parameters;
import io.github.conv4j.PostOp;
import io.github.conv4j.Step;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Quantization;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which sequences are computed in chunks, and what becomes of them. */
class ExpansionChunksTest {
  private static final PostOp RESIDUAL = PostOp.add(PostOp.Operand.full().atEachRun());
  private static final Convolution EXPAND = Convolution.conv2d(16, 96).build();
  private static final Convolution DEPTHWISE = depthwise(96).build();
  private static final Convolution PROJECT = Convolution.conv2d(96, 16).build();
  private static final Convolution ADD = PROJECT.toBuilder().postOps(RESIDUAL).build();
  private static final ConvolutionSequence BLOCK =
      ConvolutionSequence.of(EXPAND, DEPTHWISE, PROJECT);
  private static final TensorSpec SRC = TensorSpec.f32(Layout.NHWC, 1, 16, 20, 20);

  private final Arena arena = Arena.ofConfined();

  @AfterEach
  void close() {
    arena.close();
  }

  private static Convolution.Builder depthwise(long channels) {
    return Convolution.conv2d(channels, channels).kernel(3).padding(1).groups(channels);
  }

  private static ConvolutionSequence block(long in, long expanded) {
    return ConvolutionSequence.of(
        Convolution.conv2d(in, expanded).build(),
        depthwise(expanded).build(),
        Convolution.conv2d(expanded, in).build());
  }

  @Test
  void halvesAnExpansion() {
    ExpansionChunks chunks = chunks(BLOCK, SRC);

    assertThat(widths(chunks)).containsExactly(48L, 48L, 16L, 48L, 48L, 16L);
    assertThat(chunks.sequence().connections())
        .containsExactly(
            Connection.from(0),
            Connection.from(1),
            Connection.from(2),
            Connection.from(0),
            Connection.from(4),
            Connection.from(5).operands(3));
    assertThat(chunks.isPartialSum(3)).isTrue();
    assertThat(chunks.isPartialSum(6)).isFalse();
  }

  @Test
  void addsAResidualAfterTheLastChunk() {
    ExpansionChunks chunks =
        chunks(
            ConvolutionSequence.of(EXPAND, DEPTHWISE).then(ADD, Connection.from(2).operands(0)),
            SRC);

    assertThat(chunks.sequence().connections().getLast())
        .isEqualTo(Connection.from(5).operands(3, 0));
    assertThat(chunks.sameLayoutAs(3)).containsExactly(0);
    assertThat(chunks.sameLayoutAs(6)).containsExactly(3, 0);
  }

  @Test
  void takesThreeChunksWhereTwoLeaveTooMuch() {
    ConvolutionSequence block = block(24, 144);

    assertThat(widths(chunks(block, TensorSpec.f32(Layout.NHWC, 1, 24, 20, 20))))
        .containsExactly(48L, 48L, 24L, 48L, 48L, 24L, 48L, 48L, 24L);
  }

  @Test
  void spreadsLinesEvenly() {
    ConvolutionSequence block = block(10, 100);

    assertThat(widths(chunks(block, TensorSpec.f32(Layout.NHWC, 1, 10, 20, 20))))
        .containsExactly(48L, 48L, 10L, 32L, 32L, 10L, 20L, 20L, 10L);
  }

  @Test
  void splitsEachBlockAndRenumbersWhatIsBetween() {
    ConvolutionSequence blocks =
        ConvolutionSequence.of(EXPAND, DEPTHWISE)
            .then(ADD, Connection.from(2).operands(0))
            .then(new ChannelShuffle(16, 2))
            .then(Convolution.conv2d(16, 160).build())
            .then(depthwise(160).build())
            .then(
                Convolution.conv2d(160, 16).postOps(RESIDUAL).build(),
                Connection.from(6).operands(4));

    ExpansionChunks chunks = chunks(blocks, SRC);

    assertThat(chunks.note()).isEqualTo(", 96 channels in 2 chunks, 160 channels in 2 chunks");
    List<Connection> connections = chunks.sequence().connections();
    assertThat(connections.get(6)).isEqualTo(Connection.from(6));
    assertThat(connections.get(7)).isEqualTo(Connection.from(7));
    assertThat(connections.get(10)).isEqualTo(Connection.from(7));
    assertThat(connections.getLast()).isEqualTo(Connection.from(12).operands(10, 7));
  }

  @Test
  void keepsAllElseOfTheDescriptions() {
    Convolution expand = EXPAND.toBuilder().padding(1).fpmathMode(FpmathMode.BF16).build();
    Convolution convolve =
        depthwise(96).kernel(5, 3).stride(2).dilation(1, 2).flippedKernel().build();
    Convolution project = PROJECT.toBuilder().stride(2).postOps(PostOp.prelu()).build();
    ConvolutionSequence block = ConvolutionSequence.of(expand, convolve, project);

    ExpansionChunks chunks = chunks(block, TensorSpec.f32(Layout.NHWC, 1, 16, 30, 30));

    List<Step> steps = chunks.sequence().steps();
    Convolution first = (Convolution) steps.get(3);
    assertThat(first.padding()).isEqualTo(expand.padding());
    assertThat(first.fpmathMode()).isEqualTo(FpmathMode.BF16);
    Convolution second = (Convolution) steps.get(4);
    assertThat(second.kernel(0)).isEqualTo(5);
    assertThat(second.stride(1)).isEqualTo(2);
    assertThat(second.dilation(1)).isEqualTo(2);
    assertThat(second.isKernelFlipped()).isTrue();
    Convolution last = (Convolution) steps.get(5);
    assertThat(last.stride(0)).isEqualTo(2);
    assertThat(last.postOps().toString()).isEqualTo("add:per_tensor:run,prelu");
    assertThat(chunks.parameters().get(2).operands()).isEmpty();
    assertThat(chunks.parameters().get(5).operands()).hasSize(1);
  }

  @Test
  void leavesEachWeightToItsChunk() {
    List<Parameters> given = parameters(BLOCK);
    ExpansionChunks chunks = ExpansionChunks.of(BLOCK, SRC, given, arena);
    float[] project = given.get(2).weights().toFloatArray();

    List<Parameters> split = chunks.parameters();

    for (int half = 0; half < 2; half++) {
      float[] rows = split.get(3 * half).weights().toFloatArray();
      assertThat(rows[5 * 16 + 7]).isEqualTo((48 * half + 5) * 16 + 7f);
      float[] columns = split.get(3 * half + 2).weights().toFloatArray();
      assertThat(columns[5 * 48 + 7]).isEqualTo(project[5 * 96 + 48 * half + 7]);
      assertThat(Objects.requireNonNull(split.get(3 * half + 1).bias()).toFloatArray()[7])
          .isEqualTo(48 * half + 7f);
    }
    assertThat(split.get(2).bias()).isSameAs(given.get(2).bias());
    assertThat(split.get(5).bias()).isNull();
  }

  @Test
  void leavesOtherSequencesAsTheyAre() {
    TensorSpec small = TensorSpec.f32(Layout.NHWC, 1, 16, 10, 10);
    assertUnsplit(BLOCK, small);
    // A last chunk of one channel.
    assertUnsplit(block(2, 33), TensorSpec.f32(Layout.NHWC, 1, 2, 40, 40));
    // Its source would be kept for as long as what is saved.
    assertUnsplit(
        ConvolutionSequence.of(
            Convolution.conv2d(3, 96).build(),
            Convolution.conv2d(96, 96).build(),
            DEPTHWISE,
            PROJECT),
        TensorSpec.f32(Layout.NHWC, 1, 3, 20, 20));
    Quantization scales = Quantization.none().withSrc(0.5f, 3);
    assertUnsplit(ConvolutionSequence.of(EXPAND.withQuantization(scales), DEPTHWISE, PROJECT), SRC);
    assertUnsplit(ConvolutionSequence.of(EXPAND, PROJECT, EXPAND), SRC);
    assertUnsplit(
        ConvolutionSequence.of(EXPAND, new ChannelShuffle(96, 2), DEPTHWISE, PROJECT), SRC);
    assertUnsplit(
        ConvolutionSequence.of(EXPAND.toBuilder().kernel(3).build(), DEPTHWISE, PROJECT), SRC);
    assertUnsplit(
        ConvolutionSequence.of(EXPAND.toBuilder().groups(2).build(), DEPTHWISE, PROJECT), SRC);
    assertUnsplit(
        ConvolutionSequence.of(
            EXPAND,
            Convolution.conv2d(96, 192).kernel(3).groups(96).build(),
            Convolution.conv2d(192, 16).build()),
        SRC);
    // What it expands to is read twice.
    assertUnsplit(
        ConvolutionSequence.of(EXPAND)
            .then(depthwise(96).postOps(RESIDUAL).build(), Connection.from(1).operands(1))
            .then(PROJECT),
        SRC);
    // The partial sums would take what the chunks save.
    assertUnsplit(
        ConvolutionSequence.of(EXPAND, DEPTHWISE, Convolution.conv2d(96, 96).build()), SRC);
  }

  @Test
  void neverSplitsADefinition() {
    ExpansionChunks none = ExpansionChunks.none(BLOCK, SRC, parameters(BLOCK));

    assertThat(none.sequence()).isEqualTo(BLOCK);
  }

  @Test
  void refusesParametersAsTheWholeStepDoes() {
    List<Parameters> parameters = new ArrayList<>(parameters(BLOCK));
    Tensor narrow = Tensor.allocate(TensorSpec.weights(Shape.of(96, 8, 1, 1)), arena);
    parameters.set(0, new Parameters(narrow, parameters.getFirst().bias()));

    assertThatThrownBy(() -> ExpansionChunks.of(BLOCK, SRC, parameters, arena))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("weights must have shape " + EXPAND.weightsShape());
  }

  private void assertUnsplit(ConvolutionSequence sequence, TensorSpec src) {
    List<Parameters> given = parameters(sequence);
    ExpansionChunks chunks = ExpansionChunks.of(sequence, src, given, arena);
    assertThat(chunks.sequence()).isEqualTo(sequence);
    assertThat(chunks.parameters()).isEqualTo(given);
  }

  private ExpansionChunks chunks(ConvolutionSequence sequence, TensorSpec src) {
    return ExpansionChunks.of(sequence, src, parameters(sequence), arena);
  }

  private static List<Long> widths(ExpansionChunks chunks) {
    List<Long> widths = new ArrayList<>();
    for (Step step : chunks.sequence().steps()) {
      widths.add(((Convolution) step).outChannels());
    }
    return widths;
  }

  /** Each weight and bias is its index. */
  private List<Parameters> parameters(ConvolutionSequence sequence) {
    List<Parameters> parameters = new ArrayList<>();
    for (Convolution convolution : sequence.convolutions()) {
      float[] weights = new float[(int) convolution.weightsShape().elementCount()];
      float[] bias = new float[(int) convolution.outChannels()];
      for (int i = 0; i < weights.length; i++) {
        weights[i] = i;
      }
      for (int i = 0; i < bias.length; i++) {
        bias[i] = i;
      }
      List<Tensor> operands =
          convolution.postOps().requestOperands().stream()
              .map(_ -> Tensor.allocate(TensorSpec.bias(convolution.outChannels()), arena))
              .toList();
      parameters.add(Parameters.of(convolution, weights, bias, arena).withOperands(operands));
    }
    return parameters;
  }
}
