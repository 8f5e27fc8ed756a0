package io.github.conv4j.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.engine.Explanation.Candidate;
import io.github.conv4j.engine.Explanation.Stage;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExplanationTest {
  private static final TensorSpec SRC = TensorSpec.f32(Layout.NHWC, 1, 8, 16, 16);
  private static final TensorSpec DST = TensorSpec.f32(Layout.NHWC, 1, 2, 4, 4);

  @Test
  void isPrintedForPeople() {
    Explanation explanation =
        Explanation.of(
                "auto",
                "mb1_ic8oc2",
                List.of(
                    Stage.of("pad reflect", "java:copy", SRC, SRC).withScratchpad(8192),
                    Stage.of("convolution", "jit", SRC, DST).withWeights("abcd", 640)))
            .withWarnings(List.of("it is slow"))
            .withCandidates(
                List.of(
                    Candidate.of("onednn", "jit")
                        .withMedianNanos(12_340)
                        .withChosen(true)
                        .withNote("measured"),
                    Candidate.of("vector", "8 lanes:direct")));

    assertThat(explanation.toString().lines())
        .containsExactly(
            "engine auto runs mb1_ic8oc2",
            "  1. pad reflect: java:copy",
            "     src           f32 NHWC 1x8x16x16, 8.0 KiB (8,192 bytes)",
            "     dst           f32 NHWC 1x8x16x16, 8.0 KiB (8,192 bytes)",
            "     scratchpad    8.0 KiB (8,192 bytes)",
            "  2. convolution: jit",
            "     src           f32 NHWC 1x8x16x16, 8.0 KiB (8,192 bytes)",
            "     dst           f32 NHWC 1x2x4x4, 128 bytes",
            "     weights       abcd, 640 bytes",
            "     scratchpad    0 bytes",
            "  all weights      640 bytes",
            "  all scratchpads  8.0 KiB (8,192 bytes)",
            "  warning          it is slow",
            "  candidate                  µs  note",
            "  * onednn jit             12.3  measured",
            "    vector 8 lanes:direct     -");
  }

  @Test
  void growsByWithMethods() {
    Stage stage = Stage.of("convolution", "jit", SRC, DST);

    assertThat(stage.withScratchpad(3).withWeights("ab", 5))
        .isEqualTo(stage.withWeights("ab", 5).withScratchpad(3))
        .isNotEqualTo(stage);
    assertThat(Candidate.of("a", "b").withNote("c")).isNotEqualTo(Candidate.of("a", "b"));
    Explanation explanation = Explanation.of("a", "b", List.of(stage));
    assertThat(explanation.withWarnings(List.of()))
        .isEqualTo(explanation)
        .hasSameHashCodeAs(explanation);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> stage.withScratchpad(-1))
        .withMessageContainingAll("scratchpadByteSize", "-1");
  }
}
