package io.github.conv4j.onednn.campaigns;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Too many threads, and too small ones: {@code -Dconv4j.test.threads} callers at once, {@code
 * -Dconv4j.test.stacks} that hardly suffice.
 */
@Execution(ExecutionMode.CONCURRENT)
class ThreadsTest {
  private static final int THREADS = Campaign.size("threads", 40);
  private static final int STACKS = Campaign.size("stacks", 20);
  private static final List<String> FLAGS = List.of(Campaign.HELPERS_IN_EVERY_CALL);

  @Test
  void helpersStayWithinTheirLimit() {
    Campaign.run(ThreadsRun.class, FLAGS, Campaign.ENGINES, THREADS);
  }

  @Test
  void stacksThatHardlySuffice() {
    Campaign.run(StacksRun.class, FLAGS, Campaign.ENGINES, STACKS, Campaign.SEED);
  }
}
