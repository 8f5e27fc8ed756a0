package io.github.conv4j.internal.vector.code;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Kernels in a JVM whose C2 does not guess classes, as after much else has run: they make no
 * objects of vectors all the same (docs/adr/0048). Those of 512 bits are large enough to fail.
 */
@Execution(ExecutionMode.CONCURRENT)
class UnguessedTest {
  private static final String[] PROBLEMS = {
    "g16mb1_ic16oc16_ih8kh3ph1",
    "mb1_ic64oc64_ih12kh1_post/swish:1/",
    "g64mb1_ic64oc64_ih14kh3ph1_post/hardswish/",
    "mb1_ic64oc64_ih12kh3ph1_post/hardsigmoid:0.2:0.5/",
    "g12mb1_ic12oc12_ih85kh5ph2_iw35kw5pw2",
  };

  @Test
  void noVectorBecomesAnObject() {
    ChildJvm.Outcome outcome =
        ChildJvm.run(UnguessedRun.class, List.of("-XX:PerMethodRecompilationCutoff=40"), PROBLEMS);

    assertThat(outcome.exitCode()).as(outcome.tail(40)).isZero();
    assertThat(outcome.tail(1)).isEqualTo(PROBLEMS.length + " problems, 0 failed");
  }
}
