package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engine;
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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The same work gets the same kernel, however it is written. */
class EqualWorkTest {
  @ParameterizedTest
  @CsvSource({
    // One dimension, as height 1, as width 1.
    "g64mb1_ic64oc64_iw200kw4, g64mb1_ic64oc64_ih1iw200kh1kw4",
    "g64mb1_ic64oc64_iw200kw4, g64mb1_ic64oc64_ih200kh4iw1kw1",
    "mb1_ic1oc8_iw900kw8sw2, mb1_ic1oc8_ih900kh8sh2_iw1kw1",
    "mb2_ic16oc24_iw90kw3pw1, mb2_ic16oc24_id1ih90iw1kd1kh3kw1ph1",
    // Three dimensions, one of them idle.
    "g16mb4_ic16oc16_ih9kh3ph1, g16mb1_ic16oc16_id4ih9iw9kd1kh3kw3pd0ph1pw1",
    // A kernel of one tap.
    "mb1_ic32oc16_ih12iw10kh1kw1, mb1_ic32oc16_iw120kw1",
    "mb3_ic32oc16_ih2iw5kh1kw1, mb1_ic32oc16_iw30kw1",
    // Images of one pixel.
    "mb6_ic32oc16_ih1iw1kh1kw1, mb1_ic32oc16_iw6kw1",
    // Images of one row, and of rows that no tap joins.
    "mb6_ic32oc16_iw30kw3, mb1_ic32oc16_ih6iw30kh1kw3",
    "g4mb3_ic32oc16_ih5iw30kh1kw3sw2, g4mb1_ic32oc16_ih15iw30kh1kw3sw2",
    "mb2_ic8oc16_iw900kw15pw7, mb1_ic8oc16_ih2iw900kh1kw15pw7",
  })
  void isCompiledOnce(String one, String other) {
    assertThat(spec(one, Layout.channelsLast(rank(one))))
        .isEqualTo(spec(other, Layout.channelsLast(rank(other))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb1_ic1oc1_ih64kh7ph3",
        "mb1_ic1oc1_ih40kh15ph7",
        "mb3_ic20oc12_ih1kh1",
        "mb6_ic1oc1_iw30kw3",
        "mb6_ic1oc8_iw30ow1kw30"
      })
  void equalBytesAreDescribedEqually(String problem) {
    int rank = rank(problem);
    assertThat(spec(problem, Layout.channelsFirst(rank)))
        .isEqualTo(spec(problem, Layout.channelsLast(rank)));
  }

  /** Where both layouts are the same bytes and oneDNN has only a catch-all. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "mb2_ic1oc1_ih17oh33kh2sh2dh1ph1_iw33ow65kw1sw2dw1pw0_transposed",
        "mb8_ic1oc1_ih9oh3kh1sh3dh0ph0_iw8ow3kw3sw3dw0pw1"
      })
  void waysHaveNamesOfTheirOwn(String line) {
    Problem problem = Problem.parse(line);
    NativeProblem sizes =
        NativeProblem.of(problem.convolution(), problem.convolution().geometry(problem.src()));
    List<Way> ways =
        Way.of(
            sizes,
            TensorSpec.f32(Layout.NHWC, problem.src().dims()),
            TensorSpec.f32(Layout.NHWC, problem.dst().dims()),
            Integer.MAX_VALUE,
            true);

    assertThat(ways).extracting(Way::name).isNotEmpty().doesNotHaveDuplicates();
  }

  /** Threads get parts of a row each; where rows are many, or short, whole ones. */
  @Test
  void rowsThatNoTapJoinsAreImagesWhereTheyAreFewAndLong() {
    for (String few : List.of("mb31_ic8oc16_iw256kw3pw1", "mb1_ic8oc16_ih31iw256kh1kw3pw1")) {
      PrimitiveSpec spec = primitive(few, Layout.channelsLast(rank(few)));
      assertThat(spec.images()).as(few).isEqualTo(31);
      assertThat(spec.axes().get(spec.rowAxis()).dst().count()).as(few).isEqualTo(256);
    }
    for (String rows : List.of("mb32_ic8oc16_iw256kw3pw1", "mb31_ic8oc16_iw255kw3pw1")) {
      assertThat(primitive(rows, Layout.channelsLast(rank(rows))).images()).as(rows).isEqualTo(1);
    }
  }

  /** Rows lie apart there, one image of them all could not be addressed, or nothing is gained. */
  @Test
  void imagesStayImagesWhereRowsWouldNotBeDense() {
    Problem problem = Problem.parse("mb6_ic32oc16_iw30kw3");
    NativeProblem sizes =
        NativeProblem.of(problem.convolution(), problem.convolution().geometry(problem.src()));
    TensorSpec apart =
        TensorSpec.of(DataType.F32, Layout.strided(40 * 32, 1, 32), Shape.of(problem.src().dims()));
    TensorSpec dense = TensorSpec.f32(Layout.NWC, problem.src().dims());
    TensorSpec dst = TensorSpec.f32(Layout.NWC, problem.dst().dims());

    for (PrimitiveSpec spec :
        List.of(
            PrimitiveSpec.of(sizes, apart, dst, PrimitiveSpec.Form.GIVEN, Integer.MAX_VALUE),
            PrimitiveSpec.of(sizes, dense, dst, PrimitiveSpec.Form.GIVEN, 6 * 30 * 32 - 1),
            PrimitiveSpec.of(
                sizes.roundingToBf16(), dense, dst, PrimitiveSpec.Form.GIVEN, Integer.MAX_VALUE),
            primitive("mb6_ic32oc16_iw30kw3", Layout.NCW),
            primitive("g32mb6_ic32oc32_iw30kw3", Layout.NWC))) {
      assertThat(spec.images()).isEqualTo(6);
    }
  }

  /** Each with what oneDNN alone has only slow code for, in some layout and on some processor. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "g64mb1_ic64oc64_ih28kh3ph1",
        "g32mb1_ic32oc32_id8ih14iw14kd3kh3kw3pd1ph1pw1",
        "g64mb1_ic64oc64_iw200kw4",
        "g32mb2_ic32oc32_ih33kh3dh5ph6",
        "g32mb1_ic32oc32_iw133kw3dw20pw21",
        "g32mb1_ic32oc32_ih57kh5dh5ph12_iw53kw5dw5pw12",
        "g16mb1_ic64oc64_iw160kw15dw7pw56",
        "mb1_ic1oc1_ih64kh15ph7",
        "mb1_ic64oc64_ih14kh3ph1"
      })
  void nothingRunsInTheCatchAlls(String line) {
    Problem problem = Problem.parse(line);
    for (LayoutChoice layout : LayoutChoice.values()) {
      for (int threads : new int[] {1, 3}) {
        try (Engine engine =
                Engines.named("onednn", EngineOptions.defaults().withThreads(threads));
            var validator = new EngineValidator(engine)) {
          if (!processorIsSmall()) {
            assertThat(explain(engine, problem, layout).stages())
                .noneMatch(stage -> new Implementation(stage.implementation()).isSlow())
                .noneMatch(stage -> isOfOneChannel(problem, stage));
          }
          assertThat(validator.exact(problem, layout, 1)).matches(v -> v.passed());
        }
      }
    }
  }

  /** Kernels for blocks of channels compute one channel of a depthwise layer at a time. */
  private static boolean isOfOneChannel(Problem problem, Explanation.Stage stage) {
    Convolution convolution = problem.convolution();
    return convolution.inChannels() == convolution.groups()
        && convolution.outChannels() == convolution.groups()
        && convolution.groups() > 1
        && new Implementation(stage.implementation()).isOf("jit:avx512");
  }

  @ParameterizedTest
  @CsvSource({
    "mb4_ic64oc20_ih4kh4, mb4_ic1024oc20_ih1kh1",
    "mb16_ic16oc192_ih3kh3, mb16_ic144oc192_ih1kh1",
    "mb8_ic96oc100_iw2kw2sw2, mb8_ic192oc100_iw1kw1",
  })
  void aWindowOverTheWholeImageIsAPixel(String window, String pixel) {
    try (Engine engine = Engines.named("onednn");
        var validator = new EngineValidator(engine)) {
      for (LayoutChoice layout : LayoutChoice.values()) {
        Problem problem = Problem.parse(window);
        assertThat(explain(engine, problem, layout).stages().getLast().implementation())
            .isEqualTo(
                explain(engine, Problem.parse(pixel), layout).stages().getLast().implementation());
        assertThat(validator.exact(problem, layout, 1)).matches(v -> v.passed());
      }
    }
  }

  @Test
  void slowCodeIsNotBlamedOnTheLayout() {
    // Grouped, dilated in three dimensions: oneDNN has nothing better in any layout.
    Problem problem = Problem.parse("g8mb1_ic8oc8_id9ih9iw9kd3kh3kw3pd2ph2pw2dd1dh1dw1");
    try (Engine engine = Engines.named("onednn")) {
      for (LayoutChoice layout : LayoutChoice.values()) {
        assertThat(explain(engine, problem, layout).warnings())
            .noneMatch(warning -> warning.contains("try layout"));
      }
    }
  }

  /** oneDNN's kernels for SSE 4.1 are not always faster than its matrix products. */
  private static boolean processorIsSmall() {
    return "SSE41".equals(System.getenv("ONEDNN_MAX_CPU_ISA"));
  }

  private static Explanation explain(Engine engine, Problem problem, LayoutChoice layout) {
    TensorSpec src = TensorSpec.f32(layout.forRank(problem.src().rank()), problem.src().dims());
    float[] weights = new float[(int) problem.convolution().weightsShape().elementCount()];
    float[] bias =
        problem.convolution().hasBias()
            ? new float[(int) problem.convolution().outChannels()]
            : null;
    try (PreparedConvolution prepared = engine.prepare(problem.convolution(), src, weights, bias)) {
      return prepared.explain();
    }
  }

  private static int rank(String problem) {
    return Problem.parse(problem).src().rank();
  }

  private static List<Object> spec(String line, Layout layout) {
    PrimitiveSpec spec = primitive(line, layout);
    return List.of(spec.axes(), spec.src(), spec.dst(), spec.groups(), spec.transposed());
  }

  private static PrimitiveSpec primitive(String line, Layout layout) {
    Problem problem = Problem.parse(line);
    return PrimitiveSpec.of(
        NativeProblem.of(problem.convolution(), problem.convolution().geometry(problem.src())),
        TensorSpec.f32(layout, problem.src().dims()),
        TensorSpec.f32(layout, problem.dst().dims()),
        PrimitiveSpec.Form.CHANNELS_LAST,
        Integer.MAX_VALUE);
  }
}
