package io.github.conv4j.onednn.campaigns;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.conv4j.contract.ResidentMemory;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Resident memory does not grow with the number of preparations: {@code -Dconv4j.test.cycles}. */
@Execution(ExecutionMode.CONCURRENT)
class CyclesTest {
  private static final int CYCLES = Campaign.size("cycles", 400);

  @Test
  void nothingIsLeftBehind() {
    assumeTrue(ResidentMemory.isKnown(), "the operating system does not tell resident memory");
    for (String engine : Campaign.ENGINES.split(",", -1)) {
      List<String> flags =
          new ArrayList<>(
              List.of("-Xms128m", "-Xmx128m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC"));
      if (engine.equals("onednn")) {
        // Compiled code is the JVM's, and comes when it comes; vectors need all of the compiler.
        flags.add("-XX:TieredStopAtLevel=1");
      }
      Campaign.run(CyclesRun.class, flags, engine, CYCLES);
    }
  }
}
