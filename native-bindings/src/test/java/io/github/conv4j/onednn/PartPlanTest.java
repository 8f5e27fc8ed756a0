package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.EngineValidator;
import io.github.conv4j.validation.LayoutChoice;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Any number of threads gets about equal work, where a problem has that many parts. */
class PartPlanTest {
  @BeforeAll
  static void loadLibrary() {
    Engines.named("onednn").close();
  }

  private static final double MOST_IMBALANCE = 1.25;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb8_ic64oc64_ih56kh3ph1",
        "mb3_ic64oc64_ih56kh3ph1",
        "mb1_ic64oc64_ih112kh3ph1",
        "g64mb3_ic64oc64_ih112kh3ph1",
        "mb1_ic256oc512_ih28kh1",
        "mb64_ic256oc256_ih14kh1",
        "mb1_ic64oc64_iw100000kw9pw4",
        "mb2_ic64oc64_iw50000kw9pw4",
        "mb1_ic16oc64_id60ih28iw28kd3kh3kw3pd1ph1pw1",
      })
  void anyNumberOfThreadsIsBusyAboutEqually(String problem) {
    for (Layout layout : layouts(problem)) {
      PrimitiveSpec spec = spec(problem, layout);
      for (int threads = 2; threads <= 64; threads++) {
        List<PartPlan> plans =
            PartPlan.of(spec, new Implementation("jit:avx2"), threads, Integer.MAX_VALUE);
        assertThat(plans).as("%s %s %d threads", problem, layout, threads).isNotEmpty();
        double slowest = slowest(plans.getFirst(), threads);
        double ideal = (double) spec.dst().elementCount() / threads;
        assertThat(slowest / ideal)
            .as(
                "%s %s %d threads, %d parts by %s",
                problem, layout, threads, plans.getFirst().parts().size(), plans.getFirst().name())
            .isLessThanOrEqualTo(MOST_IMBALANCE);
      }
    }
  }

  /** What is computed last if each thread takes the next part when it has finished one. */
  private static double slowest(PartPlan plan, int threads) {
    PriorityQueue<Long> busy = new PriorityQueue<>(Comparator.naturalOrder());
    for (int i = 0; i < threads; i++) {
      busy.add(0L);
    }
    for (PrimitiveSpec.Part part : plan.parts()) {
      busy.add(busy.remove() + part.spec().dst().elementCount());
    }
    return busy.stream().mapToLong(Long::longValue).max().orElseThrow();
  }

  @Test
  void equalPiecesAreCutIntoAsManyPartsAsThreads() {
    PrimitiveSpec spec = spec("mb8_ic64oc64_ih56kh3ph1", Layout.NHWC);
    for (int threads : new int[] {2, 4, 8}) {
      PartPlan plan =
          PartPlan.of(spec, new Implementation("jit:avx2"), threads, Integer.MAX_VALUE).getFirst();
      assertThat(plan.parts()).hasSize(threads);
    }
  }

  @Test
  void batchesOfProductsAddInAnOrderOfTheirOwn() {
    PrimitiveSpec taps = spec("mb1_ic64oc64_ih56kh3ph1", Layout.NHWC);
    PrimitiveSpec pointwise = spec("mb1_ic64oc64_ih56kh1", Layout.NHWC);
    for (String name :
        List.of(
            "brg_conv_fwd:avx2",
            "brg_conv_fwd:avx512_core",
            "jit_uni_ncsp:conv+brg_conv_fwd:avx512_core",
            "x64:gemm:jit")) {
      assertThat(new Implementation(name).ordersSumsBySize(taps)).as(name).isTrue();
    }
    for (String name : List.of("jit:avx2", "jit_dw:avx512_core", "brdgmm_dw:avx512_core")) {
      assertThat(new Implementation(name).ordersSumsBySize(taps)).as(name).isFalse();
    }
    assertThat(new Implementation("brgconv_1x1:avx512_core").ordersSumsBySize(pointwise)).isFalse();
  }

  /** One thread runs them all where no other is free. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic64oc64_ih112kh3ph1",
        "mb1_ic64oc64_ih14kh3ph1",
        "mb1_ic512oc512_ih7kh3ph1",
        "mb8_ic64oc64_ih56kh3ph1",
      })
  void partsThatRunInSequenceAreFew(String problem) {
    var batches = new Implementation("brg_conv_fwd:avx2");
    PrimitiveSpec spec = spec(problem, Layout.NHWC);
    double whole = KernelCost.nanos(spec, batches);
    for (int threads = 2; threads <= 64; threads++) {
      for (PartPlan plan : PartPlan.of(spec, batches, threads, Integer.MAX_VALUE)) {
        double inSequence =
            plan.parts().stream().mapToDouble(part -> KernelCost.nanos(part.spec(), batches)).sum();
        assertThat(inSequence / whole)
            .as("%s %d threads, %d parts by %s", problem, threads, plan.parts().size(), plan.name())
            .isLessThan(1.3);
      }
    }
    assertThat(PartPlan.of(spec, batches, 2, Integer.MAX_VALUE)).isNotEmpty();
  }

  @Test
  void batchesBeyondTheKernelsOffsetsRunInGroupsOfImages() {
    Problem problem = Problem.parse("mb7_ic8oc16_ih9kh3ph1");
    long image = 16 * 9 * 9;
    for (int threads : new int[] {1, 2}) {
      try (var engine =
              new OnednnEngine(EngineOptions.defaults().withThreads(threads), 2 * image + 5);
          var validator = new EngineValidator(engine)) {
        for (LayoutChoice layout : LayoutChoice.values()) {
          assertThat(validator.exact(problem, layout, 1)).matches(v -> v.passed());
        }
      }
    }
    PrimitiveSpec spec = spec("mb7_ic8oc16_ih9kh3ph1", Layout.NHWC);
    assertThat(Objects.requireNonNull(PartPlan.alone(spec, 2 * image + 5)).parts())
        .hasSize(4)
        .allMatch(part -> part.spec().dst().elementCount() <= 2 * image + 5);
  }

  @Test
  void imagesBeyondTheKernelsOffsetsAreRefused() {
    Problem problem = Problem.parse("mb2_ic8oc16_ih9kh3ph1");
    try (var engine = new OnednnEngine(EngineOptions.defaults(), 16 * 9 * 9 - 1)) {
      assertThat(
              engine.support(
                  problem.convolution(), TensorSpec.f32(Layout.NHWC, problem.src().dims())))
          .asString()
          .contains("dst 1x16x9x9");
    }
  }

  /** A row of the pixels of all images would be too long, with the gaps between them. */
  @Test
  void batchesThatLieFarApartRunInGroupsOfImages() {
    Convolution convolution = Convolution.conv2d(2, 3).kernel(1).build();
    long pitch = 10;
    TensorSpec src =
        TensorSpec.of(
            DataType.F32, Layout.strided(9 * pitch, 1, 3 * pitch, pitch), Shape.of(4, 2, 3, 3));
    try (var engine = new OnednnEngine(EngineOptions.defaults().withThreads(1), 200);
        PreparedConvolution prepared =
            engine.prepare(convolution, src, new float[6], new float[3])) {
      assertThat(prepared.explain().stages())
          .noneMatch(stage -> stage.implementation().equals("java:naive-loops"));
    }
  }

  @Test
  void cachesHoldAGroupOfImages() {
    PrimitiveSpec large = spec("g96mb10_ic96oc96_ih56kh3ph1", Layout.NCHW);
    PrimitiveSpec middling = spec("g96mb10_ic96oc96_ih33kh3ph1", Layout.NCHW);
    PrimitiveSpec prime = spec("g96mb7_ic96oc96_ih28kh3ph1", Layout.NCHW);
    PrimitiveSpec small = spec("g96mb10_ic96oc96_ih7kh3ph1", Layout.NCHW);
    PrimitiveSpec one = spec("g96mb1_ic96oc96_ih56kh3ph1", Layout.NCHW);

    assertThat(near(large)).hasSize(10).allMatch(part -> part.spec().images() == 1);
    assertThat(near(middling)).hasSize(5).allMatch(part -> part.spec().images() == 2);
    assertThat(near(prime)).hasSize(3).extracting(part -> part.spec().images()).contains(2L, 3L);
    assertThat(PartPlan.near(small, Integer.MAX_VALUE)).isNull();
    assertThat(PartPlan.near(one, Integer.MAX_VALUE)).isNull();
    assertThat(PartPlan.near(large, 96 * 56 * 56 - 1)).isNull();
  }

  private static List<PrimitiveSpec.Part> near(PrimitiveSpec spec) {
    return Objects.requireNonNull(PartPlan.near(spec, Integer.MAX_VALUE)).parts();
  }

  /** Two threads could take half of the images each. */
  @ParameterizedTest
  @ValueSource(ints = {10, 40})
  void imagesWhoseCopiesCachesDoNotHoldAreApartForThreadsToo(int images) {
    String problem = "g96mb" + images + "_ic96oc96_ih56kh3ph1";
    PrimitiveSpec first = spec(problem, Layout.NCHW, PrimitiveSpec.Form.GIVEN);
    PrimitiveSpec last = spec(problem, Layout.NHWC, PrimitiveSpec.Form.GIVEN);
    var copying = new Implementation("jit_uni_ncsp:conv+brdgmm_dw:avx512_core");
    var inPlace = new Implementation("jit_dw:avx512_core");

    assertThat(PartPlan.of(first, copying, 2, Integer.MAX_VALUE).getFirst().parts())
        .hasSize(images);
    assertThat(PartPlan.of(last, inPlace, 2, Integer.MAX_VALUE).getFirst().parts()).hasSize(2);
  }

  /** The residual lies as dst does: in each group elsewhere. Src is copied with zeros. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "g32mb5_ic32oc32_ih64kh3dh7ph8_post/add:per_tensor:run,mul:per_oc,relu/",
        "g32mb7_ic32oc32_ih44kh3dh7ph8_post/add:per_tensor:run/",
      })
  void groupsOfImagesFindTheirOperands(String line) {
    agrees(Problem.parse(line), LayoutChoice.NHWC);

    Problem plain = Problem.parse(line.substring(0, line.indexOf("_post")));
    assertThat(explained(plain).toString()).contains("groups of images");
  }

  /** Alone, and with another thread. */
  private static void agrees(Problem problem, LayoutChoice... layouts) {
    for (int threads = 1; threads <= 2; threads++) {
      try (var engine = new OnednnEngine(EngineOptions.defaults().withThreads(threads));
          var validator = new EngineValidator(engine)) {
        for (LayoutChoice layout : layouts) {
          assertThat(validator.exact(problem, layout, 1)).matches(v -> v.passed());
        }
      }
    }
  }

  /** What one thread runs, of 32 channels with 3x3 taps each. */
  private static Explanation explained(Problem problem) {
    try (var engine = new OnednnEngine(EngineOptions.defaults().withThreads(1));
        PreparedConvolution prepared =
            engine.prepare(
                problem.convolution(),
                TensorSpec.f32(Layout.NHWC, problem.src().dims()),
                new float[32 * 9],
                new float[32])) {
      return prepared.explain();
    }
  }

  /** More than kernels take on both sides, and on either. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "g32mb3_ic32oc32_ih31kh3dh7ph8_iw27kw3dw7pw8",
        "g32mb2_ic32oc32_ih9kh3ph1_iw30ow27kw3dw8pw15",
        "g32mb2_ic32oc32_ih9kh3ph1_iw30ow20kw3dw8pw8",
      })
  void zerosBesideRowsOfDepthwiseLayersAreCopiedInPart(String line) {
    Problem problem = Problem.parse(line);

    assertThat(explained(problem).stages())
        .anyMatch(stage -> stage.operation().equals("reorder and pad"));
    agrees(problem, LayoutChoice.values());
  }

  @ParameterizedTest
  @CsvSource({
    // Source, outputs, stride, dilation, padding before; the zeros that are left to kernels.
    "27, 27, 1, 7, 8, 3, 3",
    "30, 27, 1, 7, 15, 3, 0",
    "30, 20, 1, 7, 8, 3, 0",
    // A block has no more pixels than there are outputs.
    "10, 2, 6, 4, 5, 0, 0",
  })
  void depthwiseKernelsTakeThreeZerosBesideARow(
      long src,
      long outputs,
      long stride,
      long dilation,
      long before,
      long leftBefore,
      long leftAfter) {
    Problem problem =
        Problem.parse(
            "g32mb1_ic32oc32_ih31kh3dh7ph8_iw%dow%dkw3sw%ddw%dpw%d"
                .formatted(src, outputs, stride, dilation, before));
    PrimitiveSpec spec = spec(problem.line(), Layout.NHWC, PrimitiveSpec.Form.PADDED);

    assertThat(spec.numbers().paddingLeft()).containsExactly(8, leftBefore);
    assertThat(Math.max(0, spec.numbers().paddingRight()[1])).isEqualTo(leftAfter);
    long row = spec.kernelSrc().dims().getLast() + leftBefore + spec.numbers().paddingRight()[1];
    assertThat(row).isEqualTo((outputs - 1) * stride + 2 * (dilation + 1) + 1);
    assertThat(spec.srcCopyOffset()).isEqualTo((before - leftBefore) * 32);
  }

  /** Kernels that need a padded copy are left out, and not all others too. */
  @Test
  void aPaddedCopyBeyondTheKernelsOffsetsIsNotMade() {
    Problem problem = Problem.parse("g32mb1_ic32oc32_iw133kw3dw20pw21");
    for (LayoutChoice layout : LayoutChoice.values()) {
      try (var engine = new OnednnEngine(EngineOptions.defaults().withThreads(1), 32 * (133 + 10));
          var validator = new EngineValidator(engine);
          PreparedConvolution prepared =
              engine.prepare(
                  problem.convolution(),
                  TensorSpec.f32(layout.forRank(3), problem.src().dims()),
                  new float[32 * 3],
                  new float[32])) {
        assertThat(prepared.explain().stages())
            .noneMatch(stage -> stage.implementation().equals("java:naive-loops"));
        assertThat(validator.exact(problem, layout, 1)).matches(v -> v.passed());
      }
    }
  }

  /** Some of the channels of a dst in channels-last lie apart. */
  @Test
  void loopsThatWouldWriteBeyondTheirScratchpadGetNoPartsOfChannels() {
    Problem problem = Problem.parse("mb1_ic64oc64_iw100ow199kw3sw2pw1_transposed");
    PrimitiveSpec spec =
        PrimitiveSpec.of(
            NativeProblem.of(problem.convolution(), problem.convolution().geometry(problem.src())),
            TensorSpec.f32(Layout.NCW, problem.src().dims()),
            TensorSpec.f32(Layout.NWC, problem.dst().dims()),
            PrimitiveSpec.Form.GIVEN,
            Integer.MAX_VALUE);

    assertThat(PartPlan.of(spec, new Implementation("conv:any+ref:any"), 2, Integer.MAX_VALUE))
        .isEmpty();
    assertThat(PartPlan.of(spec, new Implementation("jit:avx2"), 2, Integer.MAX_VALUE))
        .isNotEmpty();
  }

  private static List<Layout> layouts(String problem) {
    int rank = Problem.parse(problem).src().rank();
    return List.of(Layout.channelsLast(rank), Layout.channelsFirst(rank));
  }

  private static PrimitiveSpec spec(String line, Layout layout) {
    return spec(line, layout, PrimitiveSpec.Form.CHANNELS_LAST);
  }

  private static PrimitiveSpec spec(String line, Layout layout, PrimitiveSpec.Form form) {
    Problem problem = Problem.parse(line);
    return PrimitiveSpec.of(
        NativeProblem.of(problem.convolution(), problem.convolution().geometry(problem.src())),
        TensorSpec.f32(layout, problem.src().dims()),
        TensorSpec.f32(layout, problem.dst().dims()),
        form,
        Integer.MAX_VALUE);
  }
}
