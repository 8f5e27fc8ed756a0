package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@link FailingCallsRun} finds, in a process of its own: other tests need calls that work.
 */
@Execution(ExecutionMode.CONCURRENT)
class FailingCallsTest {
  /** Calls of any length are cut into parts where there is more than one thread. */
  private static final String SHARING = "-Dconv4j.sharing.nanos=1";

  /** What takes time is prepared once: to compile it better takes more. */
  private static final String QUICK = "-XX:TieredStopAtLevel=1";

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void everyNativeCallMayFail(int threads) {
    ChildJvm.Outcome outcome =
        ChildJvm.run(FailingCallsRun.class, List.of(SHARING, QUICK), Integer.toString(threads));

    assertThat(outcome.exitCode()).as(outcome.tail(40)).isZero();
    assertThat(outcome.tail(1)).isEqualTo("done");
  }
}
