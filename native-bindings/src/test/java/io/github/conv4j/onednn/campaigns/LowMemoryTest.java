package io.github.conv4j.onednn.campaigns;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Calls that get no memory from the system: {@code -Dconv4j.test.limits}. */
@Execution(ExecutionMode.CONCURRENT)
class LowMemoryTest {
  private static final int LIMITS = Campaign.size("limits", 1);

  /** What is freed goes back to the system at once: else the next limit meets a full pool. */
  private static final Map<String, String> NO_POOLS =
      Map.of("MALLOC_MMAP_THRESHOLD_", "65536", "MALLOC_TRIM_THRESHOLD_", "65536");

  @Test
  @EnabledOnOs(OS.LINUX) // which limits the address space of a running process
  void whatGetsNoMemoryFailsAsDocumented() {
    Campaign.run(
        LowMemoryRun.class,
        NO_POOLS,
        List.of("-Xint", "-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"),
        "onednn",
        LIMITS,
        Campaign.SEED);
  }
}
