package io.github.conv4j.bench.whole;

import java.util.Map;

/** A network that is ready, with inputs of its own. */
public interface NetworkEntry extends AutoCloseable {
  /** Runs it once. */
  void run();

  /** Returns what the last run gave, the floating-point outputs by name, in row-major order. */
  Map<String, float[]> results();

  @Override
  void close();
}
