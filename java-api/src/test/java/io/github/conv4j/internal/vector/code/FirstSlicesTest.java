package io.github.conv4j.internal.vector.code;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.ChildJvm;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * A kernel that makes a few slices in a call, as the first one in a JVM that makes any: none of
 * them is an object once it is compiled (docs/adr/0057).
 */
@Execution(ExecutionMode.CONCURRENT)
class FirstSlicesTest {
  private static final String STEM = "mb1_ic3oc64_ih224kh7sh2ph3";

  @Test
  void noSliceBecomesAnObject() {
    String ready = "-D" + UnguessedRun.READY_PROPERTY + "=true";
    List<String> flags =
        System.getProperty("os.arch").equals("amd64")
            ? List.of(ready, "-XX:UseAVX=2")
            : List.of(ready);

    ChildJvm.Outcome outcome = ChildJvm.run(UnguessedRun.class, flags, STEM);

    assertThat(outcome.exitCode()).as(outcome.tail(40)).isZero();
    assertThat(outcome.tail(1)).isEqualTo("1 problems, 0 failed");
  }
}
