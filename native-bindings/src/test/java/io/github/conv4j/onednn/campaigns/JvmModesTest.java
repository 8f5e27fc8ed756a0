package io.github.conv4j.onednn.campaigns;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.ChildJvm;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * The same results whatever the JVM collects and compiles with, and on smaller CPUs: {@code
 * -Dconv4j.test.modes} of {@link Mode}, {@code -Dconv4j.test.modeProblems} in each.
 */
@Execution(ExecutionMode.CONCURRENT)
class JvmModesTest {
  private static final int PROBLEMS = Campaign.size("modeProblems", 2);

  /** The later ones take longer. */
  private static final int MODES = Campaign.size("modes", 1);

  private enum Mode {
    AVX2(Map.of("ONEDNN_MAX_CPU_ISA", "AVX2"), "-XX:+UseG1GC", "-XX:UseAVX=2"),
    ZGC(Map.of(), "-XX:+UseZGC"),
    INTERPRETED(Map.of(), "-Xint"),
    PARALLEL(Map.of(), "-XX:+UseParallelGC"),
    G1(Map.of(), "-XX:+UseG1GC"),
    SSE41(Map.of("ONEDNN_MAX_CPU_ISA", "SSE41"), "-XX:+UseSerialGC", "-XX:UseAVX=0"),
    /** What the JDK does at its start is not compiled; that would take long. */
    COMPILED(Map.of(), "-Xcomp", "-XX:CompileOnly=io.github.conv4j.*::*");

    @SuppressWarnings("ImmutableEnumChecker") // nobody writes what it holds
    final Map<String, String> environment;

    @SuppressWarnings("ImmutableEnumChecker")
    final List<String> flags;

    Mode(Map<String, String> environment, String... flags) {
      this.environment = environment;
      this.flags = List.of(flags);
    }

    boolean isOtherCpu() {
      return !environment.isEmpty();
    }
  }

  @Test
  void giveTheSameBits() {
    boolean isX86 = System.getProperty("os.arch").matches("amd64|x86_64");
    List<String> usual = report(Map.of(), List.of("-XX:+UseSerialGC"));
    assertThat(usual).hasSize(2 * 2 * PROBLEMS);
    for (Mode mode : List.of(Mode.values()).subList(0, MODES)) {
      if (mode.isOtherCpu() && !isX86) {
        System.out.println("JvmModesTest " + mode + ": only on x86-64");
        continue;
      }
      List<String> lines = report(mode.environment, mode.flags);
      if (mode.isOtherCpu()) {
        // Fractions are added in another order.
        assertThat(integers(lines)).as("%s", mode).isEqualTo(integers(usual));
      } else {
        assertThat(lines).as("%s", mode).isEqualTo(usual);
      }
      System.out.println("JvmModesTest " + mode + ": the same");
    }
  }

  private static List<String> integers(List<String> report) {
    return report.stream().filter(line -> line.startsWith("integers ")).toList();
  }

  private static List<String> report(Map<String, String> environment, List<String> flags) {
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            ModeReport.class,
            flag -> true,
            environment,
            flags,
            Campaign.strings("onednn,vector", PROBLEMS));
    Campaign.requireSummary(ModeReport.class, outcome);
    return outcome
        .output()
        .lines()
        .filter(line -> line.startsWith("integers ") || line.startsWith("fractions "))
        .toList();
  }
}
