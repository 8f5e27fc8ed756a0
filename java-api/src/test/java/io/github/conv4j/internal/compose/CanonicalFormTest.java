package io.github.conv4j.internal.compose;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.Ledger;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.internal.reference.ReferenceConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.RandomProblems;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Objects;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalFormTest {
  private static final int LANES = 16;
  private static final boolean[] LAST_OR_NOT = {true, false};

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // Axes of size 1, with all taps but one.
        "false, mb1_ic1oc8_ih99kh8sh2_iw1kw1, mb1_ic1oc8_iw99ow46kw8sw2dw0pw0",
        "false, mb2_ic8oc4_ih1kh3ph1_iw9kw3pw1, mb2_ic8oc4_iw9ow9kw3sw1dw0pw1",
        "false, mb1_ic8oc4_id1kd1_ih9kh3ph1_iw7kw3pw1,"
            + " mb1_ic8oc4_ih9oh9kh3sh1dh0ph1_iw7ow7kw3sw1dw0pw1",
        "false, mb1_ic8oc4_ih1kh1_iw1kw1, -",
        // No tap meets the only element.
        "false, mb1_ic8oc4_ih1oh1kh2sh1dh3ph1_iw9kw3pw1, -",
        // Transposed ones.
        "true, mb1_ic8oc4_ih9kh1, mb1_ic8oc4_ih9oh9kh1sh1dh0ph0_iw9ow9kw1sw1dw0pw0",
        "true, g2mb1_ic8oc4_iw9kw4dw1pw2, g2mb1_ic8oc4_iw9ow11kw4sw1dw1pw4",
        "true, mb1_ic8oc4_ih9kh3sh2, -",
        "true, mb5_ic8oc4_ih1kh3, mb1_ic8oc36_iw5ow5kw1sw1dw0pw0",
        "true, mb5_ic8oc4_ih1kh3sh5ph1, mb1_ic8oc4_iw5ow5kw1sw1dw0pw0",
        "true, mb5_ic8oc4_ih1oh2kh3sh5ph1, mb1_ic8oc16_iw5ow5kw1sw1dw0pw0",
        // Windows side by side.
        "false, mb5_ic8oc4_ih3kh3, mb1_ic72oc4_iw5ow5kw1sw1dw0pw0",
        "false, mb5_ic8oc4_ih2oh1kh3sh2ph1, mb1_ic32oc4_iw5ow5kw1sw1dw0pw0",
        "false, mb2_ic8oc4_ih9kh3ph1, -",
        // Short rows.
        "false, mb1_ic8oc4_ih9kh3ph1_iw3kw1pw0, mb1_ic8oc4_iw27ow27kw3sw1dw2pw3",
        "false, mb1_ic8oc4_ih9kh3dh1ph1_iw4kw1dw0pw0, mb1_ic8oc4_iw36ow28kw3sw1dw7pw4",
        "false, mb1_ic8oc4_id5kd3pd1_ih9kh3ph1_iw2kw1pw0,"
            + " mb1_ic8oc4_ih5oh5kh3sh1dh0ph1_iw18ow18kw3sw1dw1pw2",
        "false, mb1_ic8oc4_ih9kh3sh2ph1_iw3kw1sw1pw0, -",
        "false, mb1_ic8oc4_ih9kh3ph1_iw5kw1pw0, -",
      })
  void findsTheForm(boolean transposed, String line, @Nullable String expected) {
    Problem problem = transposed ? Problem.parseTransposed(line) : Problem.parse(line);
    for (boolean last : LAST_OR_NOT) {
      try (Arena arena = Arena.ofConfined()) {
        PrepareRequest form = CanonicalForm.of(request(problem, last, arena), 1, LANES, arena);

        Problem found = form == null ? problem : Problem.of(form.convolution(), form.src().shape());
        assertThat(found.line()).isEqualTo(expected == null ? problem.line() : expected);
        assertThat(found.convolution().isTransposed()).isEqualTo(transposed && expected == null);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        "true, g2mb1_ic8oc4_iw9kw4dw1pw2, g2mb1_ic8oc4_iw9ow11kw4sw1dw1pw4",
        "true, mb5_ic8oc4_ih1kh3, mb5_ic8oc36_ih1oh1kh1sh1dh0ph0_iw1ow1kw1sw1dw0pw0",
        "true, mb1_ic8oc4_ih9kh3sh2, -",
        "false, mb1_ic8oc4_ih9kh3ph1_iw3kw1pw0, mb1_ic8oc4_iw27ow27kw3sw1dw2pw3",
        "false, mb1_ic1oc8_ih99kh8sh2_iw1kw1, -",
        "false, mb5_ic8oc4_ih3kh3, mb5_ic72oc4_ih1oh1kh1sh1dh0ph0_iw1ow1kw1sw1dw0pw0",
        "false, mb5_ic8oc4_ih3kh3ph1, -",
        "false, mb5_ic8oc4_iw5kw2sw2, -",
        "false, mb5_ic8oc4_ih4kh3, -",
        "false, mb1_ic8oc4_ih9kh3ph1, -",
      })
  void findsThePlainForm(boolean transposed, String line, @Nullable String expected) {
    Problem problem = transposed ? Problem.parseTransposed(line) : Problem.parse(line);
    for (boolean last : LAST_OR_NOT) {
      try (Arena arena = Arena.ofConfined()) {
        PrepareRequest form = plain(request(problem, last, arena), arena);

        Problem found = form == null ? problem : Problem.of(form.convolution(), form.src().shape());
        assertThat(found.line()).isEqualTo(expected == null ? problem.line() : expected);
        assertThat(found.convolution().isTransposed()).isEqualTo(transposed && expected == null);
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      nullValues = "-",
      value = {
        // Rows that no tap joins.
        "g3mb2_ic3oc3_ih9kh3ph1_iw8kw1pw0, g24mb2_ic24oc24_iw9ow9kw3sw1dw0pw1,"
            + " g24mb2_ic24oc24_ih9oh9kh3sh1dh0ph1_iw1ow1kw1sw1dw0pw0",
        "g3mb1_ic3oc12_ih9kh3sh2ph1_iw8kw1sw1pw0, -, g24mb1_ic24oc96_iw9ow5kw3sw2dw0pw1",
        "g8mb1_ic8oc8_id4kd3pd1_ih9kh2_iw5kw1pw0,"
            + " g40mb1_ic40oc40_ih4oh4kh3sh1dh0ph1_iw9ow8kw2sw1dw0pw0, =",
        // Rows whose taps lie apart.
        "g5mb2_ic5oc5_iw24ow24kw3dw3pw4, g20mb2_ic20oc20_iw6ow6kw3sw1dw0pw1,"
            + " g20mb2_ic20oc20_ih6oh6kh3sh1dh0ph1_iw1ow1kw1sw1dw0pw0",
        "g15mb1_ic15oc15_ih5kh3dh1ph2_iw8ow4kw3dw1pw0,"
            + " g30mb1_ic30oc30_ih5oh5kh3sh1dh1ph2_iw4ow2kw3sw1dw0pw0, =",
        "g2mb1_ic2oc2_iw24ow40kw5dw7pw24, g16mb1_ic16oc16_iw3ow5kw5sw1dw0pw3,"
            + " g16mb1_ic16oc16_ih3oh5kh5sh1dh0ph3_iw1ow1kw1sw1dw0pw0",
        "g2mb1_ic2oc6_iw24ow24kw3dw7pw8, -, g16mb1_ic16oc48_iw3ow3kw3sw1dw0pw1",
        "g2mb1_ic2oc2_ih8kh7ph3_iw64ow64kw3dw7pw8,"
            + " g16mb1_ic16oc16_ih8oh8kh7sh1dh0ph3_iw8ow8kw3sw1dw0pw1, -",
        "g2mb1_ic2oc2_ih8kh5ph2_iw64ow64kw5dw7pw16,"
            + " g16mb1_ic16oc16_ih8oh8kh5sh1dh0ph2_iw8ow8kw5sw1dw0pw2, =",
        // What does not divide, has strides, fills vectors, or is too little or too much.
        "g5mb1_ic5oc5_iw25ow25kw3dw3pw4, -, -",
        "g5mb1_ic5oc5_iw24ow22kw3dw3pw3, -, -",
        "g5mb1_ic5oc5_iw24ow12kw3sw2dw3pw4, -, -",
        "g16mb1_ic16oc16_iw24ow24kw3dw3pw4, -, -",
        "g3mb1_ic3oc3_iw24ow24kw3dw3pw4, -, -",
        "g2mb1_ic4oc4_iw24ow24kw3dw7pw8, -, -",
        "g2mb1_ic2oc18_iw24ow24kw3dw7pw8, -, -",
        "g3mb1_ic3oc3_ih3kh3ph1_iw6000kw1pw0, -, -",
      })
  void makesGroupsOfWhatNoTapJoins(String line, @Nullable String plain, @Nullable String form) {
    Problem problem = Problem.parse(line);
    var ledger = new Ledger("test", EngineOptions.defaults().withThreads(1));
    try (Arena arena = Arena.ofConfined()) {
      PrepareRequest request = request(problem, true, arena);
      PrepareRequest found = CanonicalForm.of(request, 1, LANES, arena);
      PrepareRequest foundPlain = plain(request, arena);

      assertThat(line(foundPlain)).isEqualTo(plain);
      assertThat(line(found)).isEqualTo("=".equals(form) ? plain : form);
      for (PrepareRequest each : Arrays.asList(found, foundPlain)) {
        if (each != null) {
          assertThat(bytes(each, request, ledger, arena))
              .isEqualTo(bytes(request, request, ledger, arena));
        }
      }
      assertThat(CanonicalForm.of(request(problem, false, arena), 1, LANES, arena)).isNull();
    } finally {
      ledger.close();
    }
  }

  @Test
  void makesNoGroupsOfWhatIsWholeVectorsOrHasGaps() {
    try (Arena arena = Arena.ofConfined()) {
      Problem problem = Problem.parse("g8mb1_ic8oc8_ih9kh3ph1_iw6kw1pw0");
      Layout gaps = Layout.strided(2000, 1, 100, 16);

      assertThat(line(form(problem, Layout.NHWC, Layout.NHWC, arena))).startsWith("g48mb1_");
      assertThat(CanonicalForm.of(request(problem, true, arena), 1, 8, arena)).isNull();
      assertThat(CanonicalForm.of(request(problem, gaps, Layout.NHWC, arena), 1, LANES, arena))
          .isNull();
      assertThat(CanonicalForm.of(request(problem, Layout.NHWC, gaps, arena), 1, LANES, arena))
          .isNull();
      Layout rowsApart = Layout.strided(2000, 1, 100, 8);
      assertThat(line(form(problem, rowsApart, rowsApart, arena))).startsWith("g48mb1_");
    }
  }

  private static @Nullable String line(@Nullable PrepareRequest form) {
    return form == null ? null : Problem.of(form.convolution(), form.src().shape()).line();
  }

  private static @Nullable PrepareRequest plain(PrepareRequest request, Arena arena) {
    return CanonicalForm.mayBePlainer(request) ? CanonicalForm.plain(request, arena) : null;
  }

  @Test
  void namesLayoutsByTheirStrides() {
    try (Arena arena = Arena.ofConfined()) {
      Problem oneChannel = Problem.parse("mb1_ic1oc1_ih5kh3ph1");
      Problem fromOne = Problem.parse("mb1_ic1oc4_ih5kh3ph1");

      assertThat(form(oneChannel, Layout.NCHW, Layout.NCHW, arena).src().layout())
          .isEqualTo(Layout.NHWC);
      assertThat(form(fromOne, Layout.NCHW, Layout.NHWC, arena).src().layout())
          .isEqualTo(Layout.NHWC);
      assertThat(form(fromOne, Layout.NHWC, Layout.NCHW, arena).src().layout())
          .isEqualTo(Layout.NCHW);
      assertThat(form(fromOne, Layout.strided(100, 77, 5, 1), Layout.NHWC, arena).src().layout())
          .isEqualTo(Layout.NHWC);
      assertThat(form(fromOne, Layout.strided(100, 77, 6, 1), Layout.NHWC, arena).src().strides())
          .containsExactly(100, 1, 6, 1);
    }
  }

  private static PrepareRequest form(Problem problem, Layout src, Layout dst, Arena arena) {
    PrepareRequest request = request(problem, src, dst, arena);
    return Objects.requireNonNull(CanonicalForm.of(request, 1, LANES, arena));
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void computesTheSameBytes(boolean transposed) {
    var problems = new RandomProblems(31, transposed);
    int rewritten = 0;
    var ledger = new Ledger("test", EngineOptions.defaults().withThreads(1));
    try {
      for (Problem problem : problems.take(300)) {
        if (problem.multiplications() > 300_000) {
          continue;
        }
        for (boolean last : LAST_OR_NOT) {
          for (int leastAxes = 1; leastAxes <= 2; leastAxes++) {
            try (Arena arena = Arena.ofConfined()) {
              PrepareRequest request = request(problem, last, arena);
              for (PrepareRequest form :
                  Arrays.asList(
                      CanonicalForm.of(request, leastAxes, LANES, arena), plain(request, arena))) {
                if (form != null) {
                  rewritten++;
                  assertThat(bytes(form, request, ledger, arena))
                      .as(problem + " " + request.src().layout())
                      .isEqualTo(bytes(request, request, ledger, arena));
                }
              }
            }
          }
        }
      }
    } finally {
      ledger.close();
    }
    assertThat(rewritten).isGreaterThan(100);
  }

  /** Computes one request between tensors of another. */
  private static float[] bytes(
      PrepareRequest request, PrepareRequest tensors, Ledger ledger, Arena arena) {
    Tensor src = Tensor.allocate(tensors.src(), arena);
    Tensor dst = Tensor.allocate(tensors.dst(), arena);
    fill(src, 1);
    var inner = ReferenceConvolution.prepare("test", "", request, ledger);
    try (PreparedConvolution prepared = RewrittenConvolution.of("test", ledger, tensors, inner)) {
      prepared.execute(src, dst);
    }
    return dst.segment().toArray(ValueLayout.JAVA_FLOAT);
  }

  private static PrepareRequest request(Problem problem, boolean last, Arena arena) {
    int rank = problem.src().rank();
    Layout layout = last ? Layout.channelsLast(rank) : Layout.channelsFirst(rank);
    return request(problem, layout, layout, arena);
  }

  private static PrepareRequest request(
      Problem problem, Layout srcLayout, Layout dstLayout, Arena arena) {
    Convolution c = problem.convolution();
    Tensor weights = Tensor.allocate(TensorSpec.weights(c.weightsShape()), arena);
    Tensor bias = Tensor.allocate(TensorSpec.bias(c.outChannels()), arena);
    fill(weights, 2);
    fill(bias, 3);
    return PrepareRequest.of(
        c,
        TensorSpec.of(DataType.F32, srcLayout, problem.src()),
        TensorSpec.of(DataType.F32, dstLayout, problem.dst()),
        weights,
        c.hasBias() ? bias : null);
  }

  private static void fill(Tensor tensor, long seed) {
    var random = new SplittableRandom(seed);
    for (long i = 0; i < tensor.segment().byteSize() / Float.BYTES; i++) {
      tensor.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, random.nextInt(-4, 5));
    }
  }
}
