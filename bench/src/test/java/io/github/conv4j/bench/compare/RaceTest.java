package io.github.conv4j.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.contender.Contender;
import io.github.conv4j.bench.contender.EngineContender;
import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.bench.results.Entrant;
import io.github.conv4j.bench.results.Outcome;
import io.github.conv4j.bench.results.SpeedVerdict;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.LayoutChoice;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RaceTest {
  private static final Task TASK =
      Task.random(Problem.parse("mb1_ic4oc4_ih6kh3ph1"), LayoutChoice.NCHW, 1, 1);

  /** Computes with the reference, and then spoils it. */
  private static final class Spoiling implements Contender {
    private final String name;
    private final Contender right = EngineContender.open("reference", 1);

    Spoiling(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public String version() {
      return name;
    }

    @Override
    public Optional<String> lack(Task task) {
      return name.equals("lacking") ? Optional.of("it is in no mood") : Optional.empty();
    }

    @Override
    public Entry enter(Task task) {
      if (name.equals("breaking")) {
        throw new IllegalStateException("a spring broke");
      }
      Entry entry = right.enter(task);
      return new Entry() {
        @Override
        public void call() {
          entry.call();
          if (name.equals("slow")) {
            long end = System.nanoTime() + 2_000_000;
            while (System.nanoTime() < end) {
              Thread.onSpinWait();
            }
          }
        }

        @Override
        public float[] result() {
          float[] result = entry.result();
          result[0] += name.equals("wrong") ? 1 : 0;
          return name.equals("short") ? new float[1] : result;
        }

        @Override
        public String implementation() {
          return name;
        }

        @Override
        public void close() {
          entry.close();
        }
      };
    }

    @Override
    public void close() {
      right.close();
    }
  }

  private static List<Entrant> race(String... names) {
    List<Spoiling> contenders = Arrays.stream(names).map(Spoiling::new).toList();
    try (Contender reference = EngineContender.open("reference", 1)) {
      var race = new Race(contenders, reference);
      Race.Opening opening = race.open(TASK, 1e6);
      assertThat(opening.judge()).isEqualTo("reference");
      return race.run(TASK, opening, 60e6);
    } finally {
      contenders.forEach(Spoiling::close);
    }
  }

  @Test
  void timesThoseWhoAreRight() {
    List<Entrant> entrants = race("right", "slow");

    assertThat(entrants).extracting(Entrant::outcome).containsOnly(Outcome.TIMED);
    assertThat(entrants)
        .allSatisfy(
            entrant -> {
              assertThat(entrant.timing()).isNotNull();
              assertThat(entrant.costs()).isNotNull();
              assertThat(entrant.error()).isZero();
              assertThat(entrant.implementation()).isEqualTo(entrant.contender());
            });
    assertThat(entrants.get(1).against().getFirst().verdict()).isEqualTo(SpeedVerdict.SLOWER);
    assertThat(entrants.get(1).against().getFirst().other()).isEqualTo("right");
  }

  @Test
  void leavesOutTheOthersAndSaysWhy() {
    List<Entrant> entrants = race("wrong", "right", "lacking", "breaking", "short");

    assertThat(entrants)
        .extracting(Entrant::outcome)
        .containsExactly(
            Outcome.DISAGREES, Outcome.TIMED, Outcome.LACKS, Outcome.FAILED, Outcome.DISAGREES);
    assertThat(entrants.get(0).reason()).contains("differs from reference");
    assertThat(entrants.get(2).reason()).isEqualTo("it is in no mood");
    assertThat(entrants.get(3).reason()).contains("a spring broke");
    assertThat(entrants).filteredOn(e -> e.timing() != null).hasSize(1);
  }
}
