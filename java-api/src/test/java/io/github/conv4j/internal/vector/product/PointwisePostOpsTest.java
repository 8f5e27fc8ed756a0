package io.github.conv4j.internal.vector.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Post-ops of pointwise layers, in their kernels and in a pass after them. */
@Execution(ExecutionMode.CONCURRENT)
class PointwisePostOpsTest {
  @ParameterizedTest
  @ValueSource(ints = {16, 32})
  void areExactWithAnyNumberOfRegisters(int registers) {
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            PointwisePostOpsRun.class,
            List.of("-Dconv4j.vector.registers=" + registers),
            Integer.toString(registers));

    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
  }
}
