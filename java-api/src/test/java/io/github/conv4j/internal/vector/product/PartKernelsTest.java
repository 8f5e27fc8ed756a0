package io.github.conv4j.internal.vector.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.PostOps;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.internal.prepared.Alternatives;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.prepared.Requests;
import io.github.conv4j.internal.prepared.Sharing;
import io.github.conv4j.internal.ready.CompilationCut;
import io.github.conv4j.internal.ready.ProblemCut;
import io.github.conv4j.problem.Problem;
import java.lang.foreign.Arena;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the JIT compiler is shown of a layer takes the kernels of the whole. */
class PartKernelsTest {
  @ParameterizedTest
  @CsvSource({
    "1, 28, 28",
    "1, 14, 14",
    "1, 7, 7",
    "4, 7, 7",
    "1, 7, 8",
    "2, 7, 14",
    "1, 1, 49",
    "1, 3, 14",
    "1, 5, 7",
    "1, 57, 57",
    "40, 1, 1",
    "1, 6, 5"
  })
  void partsTakeTheKernelsOfTheWhole(int images, int rows, int columns) {
    for (int out : new int[] {8, 16, 24, 32, 40, 64, 80, 112, 144, 160, 1280}) {
      Problem problem =
          Problem.parse("mb%d_ic96oc%d_ih%dkh1_iw%dkw1".formatted(images, out, rows, columns));
      try (Arena arena = Arena.ofConfined();
          Engine engine = Engines.named("vector", EngineOptions.defaults().withThreads(1))) {
        PrepareRequest whole = Requests.withZeros(problem, arena);
        String way = ((Alternatives) engine).implementations(whole).getFirst();
        ProblemCut cut = CompilationCut.of((Alternatives) engine, way, whole, arena);

        PrepareRequest part = Objects.requireNonNull(cut).request();
        assertThat(isPointwise(part))
            .as("%s of %s", part.src(), problem)
            .isEqualTo(isPointwise(whole));
        assertThat(kernels(part)).as("%s of %s", part.src(), problem).isEqualTo(kernels(whole));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic96oc24_ih120kh3ph1_iw120kw3pw1",
        "mb1_ic96oc24_ih60kh3ph1_iw60kw3pw1",
        "mb1_ic96oc24_ih28kh3ph1_iw28kw3pw1",
        "mb1_ic96oc24_ih30kh3ph1_iw15kw3pw1",
        "mb1_ic96oc24_ih14kh3ph1_iw200kw3pw1",
        "mb1_ic48oc16_ih57kh3ph1_iw57kw3pw1",
        "mb1_ic64oc12_ih56kh3ph1_iw56kw3pw1",
        "mb1_ic32oc40_ih28kh3ph1_iw28kw3pw1",
        "mb1_ic96oc24_ih112kh1sh2_iw112kw1sw2",
        "mb1_ic3oc16_ih224kh3sh2ph1_iw224kw3sw2pw1",
        "mb1_ic96oc128_ih56kh3ph1_iw56kw3pw1",
        "mb1_ic3oc24_ih224kh3sh2ph1_iw224kw3sw2pw1",
        "mb1_ic3oc16_ih112kh3sh2ph1_iw112kw3sw2pw1",
        "mb1_ic32oc16_ih112kh1sh2_iw112kw1sw2",
        "mb1_ic48oc12_ih120kh1_iw120kw1",
        "mb1_ic512oc16_ih40kh3ph1_iw200kw3pw1",
        "mb1_ic256oc512_ih56kh1sh2_iw56kw1sw2",
        "mb1_ic64oc128_ih56kh3ph1_iw56kw3pw1",
        "mb1_ic64oc256_ih140kh3ph1_iw20kw3pw1",
        "mb1_ic40oc20_ih112kh3ph1_iw112kw3pw1",
        "mb1_ic64oc40_ih28kh3ph1_iw28kw3pw1",
        "mb1_ic512oc512_ih28kh3ph1_iw7kw3pw1",
        "mb1_ic256oc512_ih56oh28kh1sh2_iw14ow7kw1sw2",
        "mb1_ic64oc64_ih100kh3ph1_iw11kw3pw1",
        "mb1_ic64oc64_ih200kh3ph1_iw6kw3pw1",
      })
  void partsOfDirectLayersTakeTheKernelsOfTheWhole(String line) {
    Problem plain = Problem.parse(line);
    assertPartTakesKernelsOfTheWhole(plain);
    for (String postOps : new String[] {"clip:0:6", "swish"}) {
      assertPartTakesKernelsOfTheWhole(
          new Problem(plain.convolution().withPostOps(PostOps.parse(postOps)), plain.src(), ""));
    }
  }

  private static void assertPartTakesKernelsOfTheWhole(Problem problem) {
    try (Arena arena = Arena.ofConfined();
        Engine engine = Engines.named("vector", EngineOptions.defaults().withThreads(1))) {
      PrepareRequest whole = Requests.withZeros(problem, arena);
      String way = ((Alternatives) engine).implementations(whole).getFirst();
      ProblemCut cut = CompilationCut.of((Alternatives) engine, way, whole, arena);

      PrepareRequest part = Objects.requireNonNull(cut).request();
      if (isPointwise(whole)) { // with short vectors, which outputs fill, or strides
        assertThat(isPointwise(part)).isTrue();
        assertThat(kernels(part)).isEqualTo(kernels(whole));
        return;
      }
      for (int threads : new int[] {1, 2}) {
        assertThat(directKernels(part, threads))
            .as("%s, %d threads", part.src(), threads)
            .isEqualTo(directKernels(whole, threads));
      }
    }
  }

  private static Set<Object> directKernels(PrepareRequest request, int threads) {
    var plan =
        new DirectPlan(
            ProductKernels.vector(),
            request,
            request.src(),
            request.dst(),
            Sharing.leastParts(request, threads));
    return Stream.concat(
            Stream.ofNullable(plan.pass),
            plan.tilings.stream().flatMap(tiling -> Stream.of(tiling.kernels)))
        .collect(Collectors.toSet());
  }

  private static boolean isPointwise(PrepareRequest request) {
    return PointwisePlan.serves(
        ProductKernels.vector(),
        request.convolution(),
        request.geometry().axes(),
        request.src(),
        request.dst());
  }

  private static Set<PointwiseKernel> kernels(PrepareRequest request) {
    ProductKernels kernels = ProductKernels.vector();
    Convolution c = request.convolution();
    long pixels = request.dst().shape().elementCount() / c.outChannels();
    ChannelBlocks channels = kernels.pointwiseBlocks((int) c.outChannels(), pixels, 1);
    PostOps inKernels = kernels.pointwiseTakesPostOps() ? c.postOps() : PostOps.none();
    Set<PointwiseKernel> all = new HashSet<>();
    for (ChannelBlocks.Block block : channels.blocks()) {
      all.add(kernels.pointwise(channels.vectors(block), c.outChannels(), pixels, inKernels));
    }
    return all;
  }
}
