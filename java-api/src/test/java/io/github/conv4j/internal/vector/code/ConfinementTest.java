package io.github.conv4j.internal.vector.code;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Kernels that are given memory of one thread and memory of all threads in turn stay compiled
 * (docs/adr/0059).
 */
@Execution(ExecutionMode.CONCURRENT)
class ConfinementTest {
  private static final String[] PROBLEMS = {
    "mb1_ic64oc64_ih28kh1", "mb1_ic64oc64_ih28kh1_post/clip:0:6/", "g32mb1_ic32oc32_ih28kh3ph1"
  };

  /** Once for what a profile did not show, and once more for what it then did. */
  private static final int MOST_COMPILATIONS = 3;

  @Test
  void kernelsStayCompiled() {
    stayCompiled(flag -> true);
  }

  @Test
  void kernelsStayCompiledWithoutNativeAccess() {
    stayCompiled(flag -> !flag.startsWith("--enable-native-access"));
  }

  private static void stayCompiled(Predicate<String> inherited) {
    List<String> flags = new ArrayList<>();
    if (System.getProperty("os.arch").equals("amd64")) {
      flags.add("-XX:UseAVX=2");
    }

    ChildJvm.Outcome outcome = ChildJvm.run(ConfinedRun.class, inherited, flags, PROBLEMS);

    assertThat(outcome.exitCode()).as(outcome.tail(40)).isZero();
    assertThat(Integer.parseInt(outcome.tail(1)))
        .as(outcome.tail(40))
        .isBetween(0, MOST_COMPILATIONS);
  }
}
