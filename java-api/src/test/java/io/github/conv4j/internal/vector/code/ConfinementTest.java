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
  private static final String POINTWISE = "mb1_ic64oc64_ih28kh1";

  private static final String RESIDUALS = "_post/add:per_tensor:run,add:per_tensor:run/";

  /** A compilation that does not know better than the one before goes on to a hundred. */
  private static final int MOST_COMPILATIONS = 2;

  @Test
  void kernelsStayCompiled() {
    run(
        flag -> true,
        "vector",
        POINTWISE,
        POINTWISE + "_post/clip:0:6/",
        POINTWISE + RESIDUALS,
        "mb1_ic16oc32_ih14kh3ph1" + RESIDUALS,
        "g32mb1_ic32oc32_ih28kh3ph1" + RESIDUALS,
        "g32mb1_ic32oc32_ih28kh3ph1");
  }

  /** Who measures is the first to run kernels, and would show C2 memory of one thread. */
  @Test
  void kernelsThatAreMeasuredStayCompiled() {
    int inVain = run(flag -> true, "auto", "g96mb1_ic96oc96_ih56kh3ph1", "mb1_ic96oc24_ih56kh1");
    assertThat(inVain).isZero();
  }

  @Test
  void kernelsStayCompiledWithoutNativeAccess() {
    run(
        flag -> !flag.startsWith("--enable-native-access"),
        "vector",
        POINTWISE,
        POINTWISE + RESIDUALS,
        "mb1_ic16oc32_ih14kh3ph1" + RESIDUALS,
        "g32mb1_ic32oc32_ih28kh3ph1" + RESIDUALS);
  }

  /** Returns at how many places a question was asked before a loop in vain. */
  private static int run(Predicate<String> inherited, String... args) {
    List<String> flags = new ArrayList<>(List.of("-Dconv4j.tuning.millis=1000"));
    if (System.getProperty("os.arch").equals("amd64")) {
      flags.add("-XX:UseAVX=2");
    }

    ChildJvm.Outcome outcome = ChildJvm.run(ConfinedRun.class, inherited, flags, args);

    assertThat(outcome.exitCode()).as(outcome.tail(40)).isZero();
    String[] counts = outcome.tail(3).split("\n", -1);
    assertThat(Integer.parseInt(counts[0])).as(outcome.tail(40)).isPositive();
    assertThat(Integer.parseInt(counts[1]))
        .as(outcome.tail(40))
        .isLessThanOrEqualTo(MOST_COMPILATIONS);
    return Integer.parseInt(counts[2]);
  }
}
