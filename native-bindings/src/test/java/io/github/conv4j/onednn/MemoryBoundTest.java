package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.conv4j.contract.ChildJvm;
import io.github.conv4j.contract.ResidentMemory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Resident memory stays within what is configured, however many problems come. */
@Execution(ExecutionMode.CONCURRENT)
class MemoryBoundTest {
  /** System property: how many problems; some hundreds are enough to find a leak of each. */
  private static final String PROBLEMS_PROPERTY = "conv4j.test.manyProblems";

  private static final String PROBLEMS = System.getProperty(PROBLEMS_PROPERTY, "300");
  private static final long MEBIBYTE = 1 << 20;
  private static final long CACHE_BYTES = 64 * MEBIBYTE;
  private static final long AFTER_CLOSE_BYTES = 30 * MEBIBYTE;

  @Test
  void manyProblemsThroughOneEngine() {
    assumeTrue(ResidentMemory.isKnown(), "the operating system does not tell resident memory");
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            MemoryBoundRun.class,
            List.of(
                "-D" + CompilationCache.BYTES_PROPERTY + "=" + CACHE_BYTES,
                "-Xms96m",
                "-Xmx96m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC"),
            PROBLEMS,
            Long.toString(CACHE_BYTES),
            Long.toString(AFTER_CLOSE_BYTES));

    assertThat(outcome.exitCode()).as(outcome.tail(40)).isZero();
  }
}
