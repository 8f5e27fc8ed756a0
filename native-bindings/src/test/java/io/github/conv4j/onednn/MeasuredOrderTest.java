package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which implementation comes first where another than oneDNN's first choice was faster. */
@Execution(ExecutionMode.CONCURRENT)
class MeasuredOrderTest {
  private static final String DEPTHWISE = "g32mb1_ic32oc32_ih14oh14kh3sh1dh0ph1";
  private static final String POINTWISE = "mb1_ic64oc384_ih14oh14kh1sh1dh0ph0";
  private static final String STEM = "mb1_ic3oc64_ih224oh112kh7sh2dh0ph3";

  /** The lists are those of oneDNN 3.13. */
  @ParameterizedTest
  @CsvSource({
    DEPTHWISE + ", jit_dw:avx2, brdgmm_dw:avx2 jit_dw:avx2 jit_dw:sse41 x64:gemm:jit",
    POINTWISE + ", jit_1x1:avx2, brgconv_1x1:avx2 jit_1x1:avx2 jit_1x1:sse41 jit:avx2",
    STEM + ", jit:avx2, brg_conv_fwd:avx2 jit:avx2 jit:sse41 x64:gemm:jit",
    "mb1_ic1oc40_ih28oh28kh3sh1dh0ph1, jit:avx2, brg_conv_fwd:avx2 jit:avx2",
    "mb1_ic32oc8_ih1oh1kh1sh1dh0ph0, jit_1x1:sse41, brgconv_1x1:avx2 jit_1x1:avx2 jit_1x1:sse41",
    "mb1_ic6oc144_ih1oh1kh1sh1dh0ph0, jit_1x1:avx2, brgconv_1x1:avx2 jit_1x1:avx2 x64:gemm:jit",
    "mb1_ic672oc28_ih1oh1kh1sh1dh0ph0, x64:gemm:jit, brgconv_1x1:avx2 jit_1x1:avx2 x64:gemm:jit",
    "mb1_ic480oc20_ih1oh1kh1sh1dh0ph0, jit_1x1:avx2, brgconv_1x1:avx2 jit_1x1:avx2 x64:gemm:jit",
    "mb2_ic672oc28_ih1oh1kh1sh1dh0ph0, jit_1x1:avx2, brgconv_1x1:avx2 jit_1x1:avx2 x64:gemm:jit",
    // on AVX-512
    DEPTHWISE + ", jit_dw:avx512_core, brdgmm_dw:avx512_core jit_dw:avx512_core brdgmm_dw:avx2",
    "mb1_ic672oc28_ih1oh1kh1sh1dh0ph0, jit_1x1:avx512_core, brgconv_1x1:avx512_core"
        + " jit_1x1:avx512_core",
    "mb1_ic96oc24_ih56oh56kh1sh1dh0ph0, brgconv_1x1:avx2, brgconv_1x1:avx512_core"
        + " jit_1x1:avx512_core brgconv_1x1:avx2",
    "mb1_ic16oc96_ih112oh112kh1sh1dh0ph0, jit:avx512_core, brgconv_1x1:avx512_core"
        + " jit_1x1:avx512_core jit:avx512_core",
    "mb1_ic96oc24_ih120oh120kh3sh1dh0ph1, brg_conv_fwd:avx2, brg_conv_fwd:avx512_core"
        + " jit:avx512_core brg_conv_fwd:avx2",
    "g32mb1_ic256oc256_ih56oh28kh3sh2dh0ph1, brg_conv_fwd:avx2, jit:avx512_core brg_conv_fwd:avx2"
        + " jit:avx2",
  })
  void aMeasuredWinnerComesFirst(String problem, String first, String offered) {
    List<String> names = List.of(offered.split(" "));

    List<String> ordered = ordered(problem, names);

    assertThat(ordered.getFirst()).isEqualTo(first);
    assertThat(ordered.subList(1, ordered.size()))
        .isEqualTo(names.stream().filter(name -> !name.equals(first)).toList());
  }

  @ParameterizedTest
  @CsvSource({
    // many channels, or single vectors of them
    "mb1_ic64oc64_ih56oh56kh3sh1dh0ph1, brg_conv_fwd:avx2 jit:avx2 x64:gemm:jit",
    "mb1_ic3oc40_ih28oh28kh5sh1dh0ph2, brg_conv_fwd:avx2 jit:avx2 x64:gemm:jit",
    "mb1_ic3oc8_ih112oh112kh3sh1dh0ph1, brg_conv_fwd:avx2 jit:avx2 x64:gemm:jit",
    // nothing else is there
    DEPTHWISE + ", brdgmm_dw:avx2",
    "g2mb1_ic64oc64_ih14oh14kh1sh1dh0ph0, brgconv_1x1:avx2 jit:avx2",
    // on AVX-512: many channels, few outputs, whole vectors of outputs, groups at stride 1
    "g576mb1_ic576oc576_ih14oh7kh3sh2dh0ph1, brdgmm_dw:avx512_core jit_dw:avx512_core",
    "mb1_ic48oc1152_ih1oh1kh1sh1dh0ph0, brgconv_1x1:avx512_core jit_1x1:avx512_core",
    "mb1_ic96oc32_ih60oh60kh3sh1dh0ph1, brg_conv_fwd:avx512_core brg_conv_fwd:avx2",
    "mb1_ic96oc28_ih60oh60kh3sh1dh0ph1, brg_conv_fwd:avx512_core brg_conv_fwd:avx2",
    "g32mb1_ic256oc256_ih28oh28kh3sh1dh0ph1, jit:avx512_core brg_conv_fwd:avx2",
    // other instruction sets
    POINTWISE + ", brgconv_1x1:avx512_core jit_1x1:avx512_core brgconv_1x1:avx2 jit_1x1:avx2",
    STEM + ", jit:avx512_core brg_conv_fwd:avx2 jit:avx2",
    DEPTHWISE + ", jit_dw:sse41 x64:gemm:jit",
  })
  void elseOnednnsOrderStays(String problem, String offered) {
    List<String> names = List.of(offered.split(" "));

    assertThat(ordered(problem, names)).isEqualTo(names);
  }

  @Test
  void catchAllsComeLast() {
    assertThat(ordered(STEM, List.of("ref:any", "x64:gemm:jit", "jit:sse41")))
        .containsExactly("jit:sse41", "ref:any", "x64:gemm:jit");
    assertThat(ordered(STEM, List.of())).isEmpty();
  }

  private static List<String> ordered(String problem, List<String> names) {
    return MeasuredOrder.of(
            spec(Problem.parse(problem)), names.stream().map(Implementation::new).toList())
        .stream()
        .map(Implementation::name)
        .toList();
  }

  private static PrimitiveSpec spec(Problem problem) {
    return PrimitiveSpec.of(
        NativeProblem.of(problem.convolution(), problem.geometry()),
        TensorSpec.f32(Layout.NHWC, problem.src().dims()),
        TensorSpec.f32(Layout.NHWC, problem.dst().dims()),
        PrimitiveSpec.Form.GIVEN,
        Integer.MAX_VALUE);
  }

  /** With the library that runs here, so that a name that it does not use is noticed. */
  @ParameterizedTest
  @CsvSource({
    DEPTHWISE + ", brdgmm_dw:avx2, jit_dw:avx2",
    POINTWISE + ", brgconv_1x1:avx2, jit_1x1:avx2",
    STEM + ", brg_conv_fwd:avx2, jit:avx2",
  })
  void theEngineTakesTheWinnerWhereOnednnWouldNot(String line, String own, String faster) {
    Problem problem = Problem.parse(line);
    List<Implementation> found = CompiledConvolution.implementations(spec(problem));
    assumeThat(found.getFirst().name()).as("oneDNN's first choice on this CPU").endsWith(":avx2");
    assertThat(found.getFirst().name()).isEqualTo(own);
    TensorSpec src = TensorSpec.f32(Layout.NHWC, problem.src().dims());
    TensorSpec dst = TensorSpec.f32(Layout.NHWC, problem.dst().dims());
    try (var engine =
            (Alternatives) Engines.named("onednn", EngineOptions.defaults().withThreads(1));
        Arena arena = Arena.ofConfined()) {
      var weights =
          Tensor.allocate(TensorSpec.weights(problem.convolution().weightsShape()), arena);
      var bias = Tensor.allocate(TensorSpec.bias(problem.convolution().outChannels()), arena);

      assertThat(
              engine.implementations(
                  PrepareRequest.of(problem.convolution(), src, dst, weights, bias)))
          .startsWith(faster)
          .contains(own);
      try (PreparedConvolution prepared =
          engine.prepare(problem.convolution(), src, dst, weights, bias)) {
        assertThat(prepared.explain().stages().getLast().implementation()).isEqualTo(faster);
      }
    }
  }
}
