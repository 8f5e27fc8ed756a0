package io.github.conv4j.internal.auto;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Parameters;
import io.github.conv4j.contract.Runs;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.internal.prepared.CopiedWeights;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Against the reference, at every output, exactly, on integers. */
class SampledDefinitionTest {
  static List<Problem> problems() {
    Stream<String> lines =
        Stream.of(
            "mb2_ic3oc5_ih7kh3ph1_iw5kw2",
            "g3mb2_ic6oc9_ih7kh3sh2ph1",
            "mb1_ic2oc3_ih4kh5ph3",
            "mb1_ic2oc3_ih9kh3dh1ph4sh3",
            "g4mb2_ic4oc8_iw17kw3pw1",
            "g2mb1_ic4oc2_id3kd2pd1_ih4kh3ph1_iw5kw2pw1");
    Stream<String> transposed =
        Stream.of(
            "mb2_ic3oc5_ih5kh3sh2ph1",
            "g3mb1_ic6oc9_ih4kh2sh3",
            "g4mb1_ic4oc4_iw7kw5sw2pw2",
            "mb1_ic2oc3_id3kd2sd2_ih4kh3sh2ph1_iw5kw2sw1");
    Stream<Problem> others =
        Stream.of(PaddingMode.values())
            .map(
                mode ->
                    Problem.of(
                        Convolution.conv2d(2, 3)
                            .kernel(3, 2)
                            .padding(
                                Padding.asymmetric(new long[] {2, 1}, new long[] {1, 0}).mode(mode))
                            .flippedKernel()
                            .bias(false)
                            .build(),
                        Shape.of(2, 2, 6, 5)));
    return Stream.of(lines.map(Problem::parse), transposed.map(Problem::parseTransposed), others)
        .flatMap(all -> all)
        .toList();
  }

  @ParameterizedTest
  @MethodSource("problems")
  void isWhatTheReferenceComputes(Problem problem) {
    Convolution c = problem.convolution();
    int rank = c.spatialRank() + 2;
    for (Layout layout : List.of(Layout.channelsFirst(rank), Layout.channelsLast(rank))) {
      TensorSpec srcSpec = TensorSpec.f32(layout, problem.src().dims());
      TensorSpec dstSpec = TensorSpec.f32(layout, problem.dst().dims());
      try (Arena arena = Arena.ofConfined();
          var engine = Engines.named("reference")) {
        Tensor src = Tensor.allocate(srcSpec, arena);
        src.copyFrom(Runs.integers(problem.src(), 2));
        Tensor dst = Tensor.allocate(dstSpec, arena);
        var parameters =
            Parameters.of(
                c,
                Runs.integers(c.weightsShape(), 3),
                c.hasBias() ? Runs.integers(Shape.of(c.outChannels()), 4) : null,
                arena);
        Tensor weights = parameters.weights();
        Tensor bias = parameters.bias();
        try (var prepared = engine.prepare(c, srcSpec, dstSpec, weights, bias)) {
          prepared.execute(src, dst);
        }
        var request = PrepareRequest.of(c, srcSpec, dstSpec, weights, bias);
        var definition = new SampledDefinition(request, src, CopiedWeights.of(c, weights));
        for (long i = 0; i < problem.dst().elementCount(); i++) {
          long[] position = new long[rank];
          long rest = i;
          for (int axis = rank - 1; axis >= 0; axis--) {
            position[axis] = rest % problem.dst().dim(axis);
            rest /= problem.dst().dim(axis);
          }
          assertThat(definition.at(position))
              .as("%s %s at %d", problem, layout, i)
              .isEqualTo(dst.getFloat(position));
        }
      }
    }
  }
}
