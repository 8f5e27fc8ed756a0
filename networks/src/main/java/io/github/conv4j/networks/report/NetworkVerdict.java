package io.github.conv4j.networks.report;

import java.util.List;
import java.util.Optional;

/**
 * How an engine's run of a network compares with the reference, tensor by tensor.
 *
 * <p><b>Memory.</b> Holds none. <b>Threads.</b> Immutable. <b>Errors.</b> None.
 *
 * @param tensors in the order in which they are computed
 * @param uncompared results of steps that the graph does not know, or knows in another shape: they
 *     come from rewrites, and show in what is computed of them
 */
public record NetworkVerdict(List<TensorVerdict> tensors, List<String> uncompared) {
  /** Copies the lists. */
  public NetworkVerdict {
    tensors = List.copyOf(tensors);
    uncompared = List.copyOf(uncompared);
  }

  /** Whether every tensor is within its bound. */
  public boolean passed() {
    return firstDivergence().isEmpty();
  }

  /** Returns the first tensor that is not within its bound. */
  public Optional<TensorVerdict> firstDivergence() {
    return tensors.stream().filter(tensor -> !tensor.passed()).findFirst();
  }
}
