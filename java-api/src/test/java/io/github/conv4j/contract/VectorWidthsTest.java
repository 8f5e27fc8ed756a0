package io.github.conv4j.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.EngineStatus;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.internal.vector.base.VectorWidth;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The vector engine between guard pages without the Vector API, and at every width but that of this
 * CPU, which its contract test runs. Each runs one in some pairs of a problem and a layout, other
 * widths others.
 */
@Execution(ExecutionMode.CONCURRENT)
class VectorWidthsTest {
  private static final String RANDOM_PROBLEMS = "12";
  private static final String STEP = Integer.toString(Thoroughness.step(4));

  static Stream<Arguments> otherWidths() {
    int[] widths =
        IntStream.of(128, 256, 512)
            .filter(bits -> bits != FloatVector.SPECIES_PREFERRED.vectorBitSize())
            .toArray();
    return IntStream.range(0, widths.length).mapToObj(i -> Arguments.of(widths[i], i));
  }

  @ParameterizedTest
  @MethodSource("otherWidths")
  void agreesAtEveryWidth(int bits, int begin) {
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            GuardPageRun.class,
            List.of(
                "-Dconv4j.vector.bits=" + bits,
                "-Dconv4j.vector.registers=" + (bits < 512 ? 16 : 32)),
            "vector",
            RANDOM_PROBLEMS,
            "vector" + bits,
            GuardPageRun.Edges.ALTERNATING.name(),
            STEP,
            Integer.toString(begin));

    assertThat(outcome.exitCode()).as(outcome.tail(40)).isZero();
    assertThat(outcome.tail(1)).isEqualTo("0 failed");
  }

  /** Blocks of sums as for a processor with as many vector registers as this one has not. */
  @Test
  void agreesWithBlocksForTheOtherNumberOfRegisters() {
    int registers = VectorWidth.REGISTERS == 16 ? 32 : 16;
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            GuardPageRun.class,
            List.of("-Dconv4j.vector.registers=" + registers),
            "vector",
            RANDOM_PROBLEMS,
            "vector" + VectorWidth.BITS,
            GuardPageRun.Edges.ALTERNATING.name(),
            STEP,
            "2");

    assertThat(outcome.exitCode()).as(outcome.tail(40)).isZero();
    assertThat(outcome.tail(1)).isEqualTo("0 failed");
    assertThat(outcome.output()).contains("blocks for %d registers".formatted(registers));
  }

  @Test
  void agreesWithoutTheVectorApi() {
    Predicate<String> allButTheModule = flag -> !flag.contains("jdk.incubator.vector");

    ChildJvm.Outcome outcome =
        ChildJvm.run(
            GuardPageRun.class,
            allButTheModule,
            List.of(),
            "vector",
            RANDOM_PROBLEMS,
            "scalar",
            GuardPageRun.Edges.ALTERNATING.name(),
            STEP,
            "0");

    assertThat(outcome.exitCode()).as(outcome.tail(40)).isZero();
    assertThat(outcome.tail(1)).isEqualTo("0 failed");
  }

  @Test
  void saysWhichFlagGivesTheFullSpeed() {
    Predicate<String> allButTheModule = flag -> !flag.contains("jdk.incubator.vector");

    ChildJvm.Outcome outcome = ChildJvm.run(Surveyor.class, allButTheModule, List.of());

    assertThat(outcome.output()).contains("--add-modules jdk.incubator.vector");
  }

  /** Prints what the survey says. */
  static final class Surveyor {
    private Surveyor() {}

    public static void main(String[] arguments) {
      for (EngineStatus survey : Engines.survey()) {
        if (survey.availability() instanceof Availability.Available available) {
          System.out.println(survey.name() + ": " + available.detail());
        }
      }
    }
  }
}
