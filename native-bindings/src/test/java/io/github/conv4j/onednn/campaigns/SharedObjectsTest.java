package io.github.conv4j.onednn.campaigns;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Many threads on the same objects: {@code -Dconv4j.test.calls} of each of 100 threads, {@code
 * -Dconv4j.test.virtualThreads} of two calls each.
 */
@Execution(ExecutionMode.CONCURRENT)
class SharedObjectsTest {
  private static final int THREADS = 100;
  private static final int CALLS = Campaign.size("calls", 4);
  private static final int VIRTUAL_THREADS = Campaign.size("virtualThreads", 200);
  private static final int VIRTUAL_CALLS = 2;

  @Test
  void everyCallIsRight() {
    Campaign.run(
        SharedObjectsRun.class,
        List.of(Campaign.HELPERS_IN_EVERY_CALL),
        Campaign.ENGINES,
        THREADS,
        CALLS,
        VIRTUAL_THREADS,
        VIRTUAL_CALLS);
  }
}
