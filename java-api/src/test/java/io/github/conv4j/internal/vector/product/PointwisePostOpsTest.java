package io.github.conv4j.internal.vector.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Post-ops of pointwise layers in a pass after their kernels. */
@Execution(ExecutionMode.CONCURRENT)
class PointwisePostOpsTest {
  /** Everything in parts where threads are enough, however little it is. */
  private static final String SHARING = "-Dconv4j.sharing.nanos=0";

  @Test
  void waitForAPassWhereRegistersAreFew() {
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            PointwisePostOpsRun.class,
            List.of(SHARING, "-Dconv4j.vector.bits=256", "-Dconv4j.vector.registers=16"),
            "16");

    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
  }
}
