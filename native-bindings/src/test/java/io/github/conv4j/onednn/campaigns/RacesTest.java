package io.github.conv4j.onednn.campaigns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Closing, interrupting and ending under calls: {@code -Dconv4j.test.races} for each engine, {@code
 * -Dconv4j.test.exits} in all.
 */
@Execution(ExecutionMode.CONCURRENT)
class RacesTest {
  private static final int RACES = Campaign.size("races", 24);
  private static final int EXITS = Campaign.size("exits", 2);
  private static final List<String> FLAGS = List.of(Campaign.HELPERS_IN_EVERY_CALL);

  @Test
  void callsEndAsDocumented() {
    Campaign.run(RacesRun.class, FLAGS, Campaign.ENGINES, RACES, Campaign.SEED);
  }

  @Test
  @DisabledOnOs(OS.WINDOWS) // which knows no signals
  void theProcessEndsAsItWasAsked() {
    String[] engines = Campaign.ENGINES.split(",", -1);
    ExitRun.Way[] ways = ExitRun.Way.values();
    for (int i = 0; i < EXITS; i++) {
      long seed = Campaign.SEED + i;
      // Fewer exits than ways: others in the build with another seed.
      ExitRun.Way way = ways[Math.floorMod(seed, ways.length)];
      String engine = engines[i % engines.length];

      ChildJvm.Outcome outcome =
          ChildJvm.run(ExitRun.class, FLAGS, Campaign.strings(engine, way, seed));

      assertThat(outcome.exitCode())
          .as(
              "%s, %s: -Dconv4j.test.seed=%d -Dconv4j.test.exits=1%n%s",
              engine, way, seed, outcome.tail(60))
          .isEqualTo(way.exitCode);
      assertThat(outcome.output().lines().filter(line -> !line.startsWith("WARNING")).toList())
          .as("%s, %s, seed %d", engine, way, seed)
          .containsExactly("in mid-call");
    }
    System.out.println("ExitRun: %d exits in mid-call".formatted(EXITS));
  }
}
