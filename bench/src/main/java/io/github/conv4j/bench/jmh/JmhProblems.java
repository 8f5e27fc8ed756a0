package io.github.conv4j.bench.jmh;

import io.github.conv4j.problem.Problem;
import java.util.List;
import java.util.stream.Collectors;

/** Problems as a parameter of JMH. */
public final class JmhProblems {
  private JmhProblems() {}

  /** Returns JMH's arguments for these problems. */
  public static List<String> parameter(List<Problem> problems) {
    return List.of(
        "-p",
        problems.stream()
            .map(p -> (p.convolution().isTransposed() ? Setting.TRANSPOSED : "") + p.line())
            .collect(Collectors.joining(",", "problem=", "")));
  }
}
