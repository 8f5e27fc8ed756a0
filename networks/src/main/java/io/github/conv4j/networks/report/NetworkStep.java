package io.github.conv4j.networks.report;

import java.util.Objects;

/**
 * One step of a prepared network.
 *
 * <p><b>Memory.</b> Holds none. <b>Threads.</b> Immutable. <b>Errors.</b> {@link
 * NullPointerException} where something is null.
 *
 * @param node what was asked: the operator and the name of its node; a reorder has none
 * @param implementation what runs
 * @param detail shapes and fused functions
 * @param problem its convolution as a line in benchdnn's syntax; empty where it is none
 */
public record NetworkStep(String node, String implementation, String detail, String problem) {
  /** Checks that nothing is null. */
  public NetworkStep {
    Objects.requireNonNull(node, "node");
    Objects.requireNonNull(implementation, "implementation");
    Objects.requireNonNull(detail, "detail");
    Objects.requireNonNull(problem, "problem");
  }
}
