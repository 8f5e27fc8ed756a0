package io.github.conv4j.networks.internal.lower;

import java.util.List;

/**
 * What a step does, for people and for whoever looks at its results.
 *
 * @param node what was asked
 * @param implementation what runs
 * @param detail shapes, fused functions
 * @param problem the line of its convolution in benchdnn's syntax; empty where it is none
 * @param end how many steps the program has up to and including those that this one became
 * @param results what it writes
 */
public record LoweredStep(
    String node,
    String implementation,
    String detail,
    String problem,
    int end,
    List<StepResult> results) {
  /** Copies the list. */
  public LoweredStep {
    results = List.copyOf(results);
  }

  /** Returns the same step without what another one completes. */
  LoweredStep without(StepResult completed) {
    List<StepResult> left = results.stream().filter(each -> !each.isSame(completed)).toList();
    return new LoweredStep(node, implementation, detail, problem, end, left);
  }
}
