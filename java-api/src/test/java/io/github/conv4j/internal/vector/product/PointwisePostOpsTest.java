package io.github.conv4j.internal.vector.product;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Post-ops of pointwise layers, in a pass after their kernels where registers are few. */
@Execution(ExecutionMode.CONCURRENT)
class PointwisePostOpsTest {
  /** Everything in parts where threads are enough, however little it is. */
  private static final String SHARING = "-Dconv4j.sharing.nanos=0";

  /** Up to 256 bits kernels read source values in place, at 512 bits copies of them. */
  @ParameterizedTest
  @CsvSource({"256, 16", "512, 16", "512, 32"})
  void areThoseOfTheReference(int bits, int registers) {
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            PointwisePostOpsRun.class,
            List.of(
                SHARING, "-Dconv4j.vector.bits=" + bits, "-Dconv4j.vector.registers=" + registers),
            Integer.toString(registers));

    assertThat(outcome.exitCode()).as(outcome.output()).isZero();
  }
}
