package io.github.conv4j.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.Convolution;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.Requantization;
import io.github.conv4j.contract.Problems;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.validation.RandomProblems;
import io.github.conv4j.validation.RandomTypes;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemTest {
  private static final PaddingMode[] MODES = PaddingMode.values();

  @Test
  void anyNumberButANegativeOneIsDrawn() {
    var random = new RandomProblems(1, false);

    assertThat(random.take(0)).isEmpty();
    assertThat(random.take(3)).hasSize(3);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> random.take(-1))
        .withMessage("count must be at least 0 but is -1");
  }

  @Test
  void anUnknownFpmathModeIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Problem.parse("ic4ih5oc4kh3_fpmath/tf32/"))
        .withMessageContaining("the fpmath mode is strict or bf16 but not 'tf32'");
  }

  @Test
  void anUnknownRequantizationIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Problem.parse("mb1_ic8oc8_ih5kh1_dt/u8:s8:u8/_requant/some/"))
        .withMessageEndingWith("the requantization is exact or fused but not 'some'");
  }

  @Test
  void whatIsPrintedIsReadBack() {
    List<Problem> problems = new ArrayList<>();
    var random = new SplittableRandom(Problems.SEED);
    var types = new RandomTypes(Problems.SEED);
    for (boolean transposed : new boolean[] {false, true}) {
      for (Problem problem : Problems.random(transposed, 400)) {
        Convolution convolution =
            problem.convolution().toBuilder()
                .bias(random.nextBoolean())
                .flippedKernel(random.nextBoolean())
                .fpmathMode(random.nextBoolean() ? FpmathMode.BF16 : FpmathMode.STRICT)
                .requantization(random.nextBoolean() ? Requantization.FUSED : Requantization.EXACT)
                .build();
        problems.add(new Problem(convolution, problem.src(), random.nextBoolean() ? "" : "a name"));
        problems.addAll(repadded(convolution, problem.src(), random));
        problems.add(types.apply(problems.getLast()));
      }
    }
    assertThat(problems).hasSizeGreaterThan(1_500);
    for (Problem problem : problems) {
      Problem again = Problem.parse(problem.line());
      assertThat(again).as(problem.line()).isEqualTo(problem).hasSameHashCodeAs(problem);
      assertThat(again.line()).isEqualTo(problem.line());
      assertThat(again.types()).isEqualTo(problem.types());
      assertThat(again.convolution().quantization())
          .isEqualTo(problem.convolution().quantization());
      assertThat(again.convolution().fpmathMode()).isEqualTo(problem.convolution().fpmathMode());
      assertThat(again.convolution().requantization())
          .isEqualTo(problem.convolution().requantization());
      assertThat(again.dst()).isEqualTo(problem.dst());
      assertThat(again.convolution().hasBias()).isEqualTo(problem.convolution().hasBias());
      assertThat(again.convolution().isKernelFlipped())
          .isEqualTo(problem.convolution().isKernelFlipped());
      assertThat(again.convolution().isTransposed())
          .isEqualTo(problem.convolution().isTransposed());
      assertThat(again.convolution().padding().mode())
          .isEqualTo(problem.convolution().padding().mode());
      assertThat(again.name()).isEqualTo(problem.name());
    }
  }

  /** The same with the paddings and modes that the source admits. */
  private static List<Problem> repadded(
      Convolution convolution, Shape src, SplittableRandom random) {
    List<Problem> problems = new ArrayList<>();
    List<Padding> paddings =
        List.of(
            Padding.sameUpper(),
            Padding.sameLower(),
            Padding.symmetric(random.nextLong(3)),
            Padding.valid());
    for (Padding padding : paddings) {
      PaddingMode mode = MODES[random.nextInt(convolution.isTransposed() ? 1 : MODES.length)];
      try {
        problems.add(Problem.of(convolution.toBuilder().padding(padding.mode(mode)).build(), src));
      } catch (IllegalArgumentException _) {
        // The kernel or the mode does not fit the source.
      }
    }
    return problems;
  }

  @ParameterizedTest
  @CsvSource({
    "mb1_ic1oc1_iw5ow3kw3sw1dw0pw0",
    "mb1_ic1oc1_iw5ow3kw3sw1dw0pw0_bias0",
    "mb1_ic1oc1_iw5ow7kw3sw1dw0pw0_transposed",
    "mb1_ic1oc1_iw5ow5kw3sw1dw0pw1_flipped_reflect",
    "mb1_ic1oc1_iw5ow5kw3sw1dw0pw1_bias0_flipped_circularna.b"
  })
  void linesArePrintedAsTheyAreRead(String line) {
    assertThat(Problem.parse(line).line()).isEqualTo(line);
    assertThat(Problem.parse(line)).hasToString("--problem " + line);
  }

  @Test
  void wordsMayStandAnywhere() {
    assertThat(Problem.parse("bias0_reflect_ic3ih9oc4_flipped_kh3ph1"))
        .isEqualTo(Problem.parse("ic3ih9oc4kh3ph1_reflectbias0flipped"));
    assertThat(Problem.parseTransposed("ic3ih9oc4kh3sh2"))
        .isEqualTo(Problem.parse("ic3ih9oc4kh3sh2_transposed"));
  }

  @Test
  void modesThatDoNotGoTogetherAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Problem.parse("ic3ih9oc4kh3ph1_transposed_reflect"))
        .withMessageContainingAll("transposed", "ZEROS");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Problem.parse("ic3ih9oc4kh3ph1_mirrored"))
        .withMessageContainingAll("cannot read", "mirrored");
  }

  @Test
  void equalityIsThatOfWhatIsComputed() {
    Convolution.Builder builder = Convolution.conv2d(3, 4).kernel(3);
    Shape src = Shape.of(1, 3, 8, 8);
    Problem given = Problem.of(builder.padding(1).build(), src);

    assertThat(Problem.of(builder.padding(Padding.same()).build(), src)).isEqualTo(given);
    assertThat(Problem.of(builder.padding(1, 1).build(), src)).isEqualTo(given);
    assertThat(Problem.of(builder.bias(false).build(), src)).isNotEqualTo(given);
  }

  @Test
  void aNameThatAShellWouldSplitIsQuoted() {
    assertThat(new Problem(Convolution.conv1d(1, 1).build(), Shape.of(1, 1, 2), " it's "))
        .hasToString("--problem 'mb1_ic1oc1_iw2ow2kw1sw1dw0pw0nit'\\''s'");
  }
}
