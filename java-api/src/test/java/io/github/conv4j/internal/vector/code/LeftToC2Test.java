package io.github.conv4j.internal.vector.code;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.ChildJvm;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** No kernel runs in code of C1, where some would stay (docs/adr/0050). */
@Execution(ExecutionMode.CONCURRENT)
class LeftToC2Test {
  /** What {@code -XX:+PrintCompilation} prints of a kernel: number, level and what came of it. */
  private static final Pattern COMPILATION =
      Pattern.compile("^ *\\d+ +(\\d+) [ %sbn!]*([1-4]) .*Kernel_\\S*::run .*bytes\\)(.*)$");

  private static final String SKIPPED = "COMPILE SKIPPED";

  @Test
  void c1SkipsKernels() {
    ChildJvm.Outcome outcome =
        ChildJvm.run(
            UnguessedRun.class,
            List.of("-XX:+PrintCompilation"),
            "mb1_ic24oc48_ih56kh1_post/clip:0:6/",
            "g48mb1_ic48oc48_ih14kh3ph1");

    assertThat(outcome.exitCode()).as(outcome.tail(40)).isZero();
    assertThat(outcome.output()).contains("2 problems, 0 failed");
    Set<String> begun = new TreeSet<>();
    Set<String> skipped = new TreeSet<>();
    Set<String> byC2 = new TreeSet<>();
    for (String line : outcome.output().lines().toList()) {
      Matcher compilation = COMPILATION.matcher(line);
      if (compilation.matches()) {
        String number = compilation.group(1);
        (compilation.group(2).equals("4") ? byC2 : begun).add(number);
        if (compilation.group(3).contains(SKIPPED)) {
          skipped.add(number);
        }
      }
    }
    assertThat(byC2).isNotEmpty();
    assertThat(begun).isNotEmpty().isEqualTo(skipped);
  }
}
