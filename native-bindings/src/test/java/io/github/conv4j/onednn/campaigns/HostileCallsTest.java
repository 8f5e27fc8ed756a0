package io.github.conv4j.onednn.campaigns;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Arguments that nobody means, combined: {@code -Dconv4j.test.combinations} for each engine. */
@Execution(ExecutionMode.CONCURRENT)
class HostileCallsTest {
  private static final int COMBINATIONS = Campaign.size("combinations", 300);

  @Test
  void neverEndTheJvm() {
    Campaign.run(HostileCallsRun.class, List.of(), Campaign.ENGINES, COMBINATIONS, Campaign.SEED);
  }
}
