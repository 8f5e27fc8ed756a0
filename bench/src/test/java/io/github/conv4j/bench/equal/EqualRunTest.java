package io.github.conv4j.bench.equal;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.contender.EngineName;
import io.github.conv4j.problem.Problem;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EqualRunTest {
  @Test
  void listsPairsThatAreFarApart() {
    Work little = Work.of(Problem.parse("mb1_ic2oc2_ih16kh1"));
    Work much = Work.of(Problem.parse("mb1_ic2oc2_ih16kh9ph4"));
    var apart =
        new EqualPair(
            "not equal at all",
            Half.of(much, true),
            Half.of(little, true),
            weights -> new float[4],
            false,
            false);
    var same = EqualPair.of("the same twice", Half.of(little, true), Half.of(little, true));
    List<String> lines = new ArrayList<>();
    var options =
        new EqualOptions(List.of(new EngineName("reference", 0, false)), List.of(1), 1, 0);

    new EqualRun(options, lines::add, _ -> {}).run(List.of(apart), List.of(same));

    assertThat(lines)
        .contains("2 pairs: 1 that were cliffs once, 1 by chance of seed 1")
        .anySatisfy(
            line ->
                assertThat(line)
                    .matches("reference, 1 thread: [01] of 1 pairs more than 2 times apart"))
        .contains(
            "reference, 1 thread: 1 of 1 pairs that only multiply as often are more than 2 times"
                + " apart")
        .anySatisfy(line -> assertThat(line).contains("not equal at all"))
        .anySatisfy(line -> assertThat(line).contains("us (median", much.problem().toString()))
        .contains("reference, parts for 3 to 64 threads: 0 findings in 2 pairs");
  }

  /** What has other results may take another time too. */
  @Test
  void autoMayBeLessApartWhereResultsAreEqual() {
    var auto = new EngineName("auto", 0, false);
    var fast = new EngineName("onednn", 0, false);

    assertThat(EqualOptions.mostApart(auto, true)).isEqualTo(1.3);
    assertThat(EqualOptions.mostApart(auto, false)).isEqualTo(2);
    assertThat(EqualOptions.mostApart(fast, true)).isEqualTo(2);
  }
}
