package io.github.conv4j.internal.vector.code;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.ChildJvm;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Slices that kernels make are no objects once the kernels are compiled, whatever the JVM has seen
 * before (docs/adr/0057).
 */
@Execution(ExecutionMode.CONCURRENT)
class SlicesTest {
  private static final String STEM = "mb1_ic3oc64_ih224kh7sh2ph3";
  private static final String POINTWISE = "mb1_ic24oc16_ih28kh1";

  /** A kernel that makes a few slices in a call may be the first that makes any. */
  @Test
  void ofTheFirstKernelAreNoObjects() {
    areNoObjects(STEM, "-D" + UnguessedRun.READY_PROPERTY + "=true");
  }

  /** C2 then compiles what refuses a slice, to which a slice of a slice is an argument. */
  @Test
  void ofSlicesAreNoObjectsWhereSomeWereRefused() {
    areNoObjects(POINTWISE, "-D" + UnguessedRun.REFUSED_PROPERTY + "=600");
  }

  private static void areNoObjects(String problem, String flag) {
    List<String> flags = new ArrayList<>(List.of(flag));
    if (System.getProperty("os.arch").equals("amd64")) {
      flags.add("-XX:UseAVX=2");
    }

    ChildJvm.Outcome outcome = ChildJvm.run(UnguessedRun.class, flags, problem);

    assertThat(outcome.exitCode()).as(outcome.tail(40)).isZero();
    assertThat(outcome.tail(1)).isEqualTo("1 problems, 0 failed");
  }
}
