package io.github.conv4j.bench.whole;

import java.util.Map;

/** A network that is ready, with inputs of its own; for one thread at a time. */
public interface NetworkEntry extends AutoCloseable {
  /** Runs it once. */
  void run();

  /** Returns what the last run gave, the floating-point outputs by name, in row-major order. */
  Map<String, float[]> results();

  /** Returns how long reading the file took; NaN where that is not told apart from preparing. */
  default double readMillis() {
    return Double.NaN;
  }

  @Override
  void close();
}
