package io.github.conv4j.bench.contender;

import java.util.OptionalLong;

/** A task made ready by one contender. For one thread at a time; open one for each client. */
public interface Entry extends AutoCloseable {
  /** Computes the task once: what is measured. */
  void call();

  /** Returns the result of the last call in row-major order, channels first. */
  float[] result();

  /** Returns what runs, as the contender names it; empty if it does not say. */
  String implementation();

  /** Returns how long making it ready took, for who knows better than the clock around it. */
  default OptionalLong prepareNanos() {
    return OptionalLong.empty();
  }

  @Override
  void close();
}
