package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.conv4j.contract.ChildJvm;
import io.github.conv4j.contract.ResidentMemory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** A cache of shapes that sees ever other sizes: {@code -Dconv4j.test.sizes}. */
@Execution(ExecutionMode.CONCURRENT)
class ManyShapesTest {
  private static final String ENGINES = System.getProperty("conv4j.test.engines", "onednn");
  private static final int SIZES = Integer.getInteger("conv4j.test.sizes", 40);

  @Test
  void staysBelowItsLimit() {
    assumeTrue(ResidentMemory.isKnown(), "the operating system does not tell resident memory");
    for (String engine : ENGINES.split(",", -1)) {
      run(engine);
    }
  }

  private static void run(String engine) {
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            ManyShapesRun.class,
            List.of(
                "-Dconv4j.onednn.cache.bytes=" + (16 << 20),
                "-Xms256m",
                "-Xmx256m",
                "-XX:+AlwaysPreTouch",
                "-XX:+UseSerialGC"),
            engine,
            Integer.toString(SIZES));

    assertThat(outcome.exitCode()).as(outcome.tail(40)).isZero();
    assertThat(outcome.tail(1)).startsWith("summary: ");
    System.out.println("ManyShapesRun " + outcome.tail(1).substring("summary: ".length()));
  }
}
