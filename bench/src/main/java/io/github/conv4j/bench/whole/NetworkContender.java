package io.github.conv4j.bench.whole;

import java.util.List;

/** Who runs whole networks: an engine of conv4j, or another library. */
public interface NetworkContender {
  /** Returns the short name. */
  String name();

  /** Returns name and version for reports. */
  String version();

  /** Whether the threads of a task are for all calls together rather than for each. */
  boolean sharesThreads();

  /**
   * Reads a file and makes it ready for several clients at once, an entry each. What is only read,
   * such as packed weights, is shared.
   *
   * @throws RuntimeException if that is not possible, with the reason
   */
  List<NetworkEntry> enter(NetworkTask task, int clients);

  /**
   * Opens what several networks and layers are to share.
   *
   * @param threads of all calls together, where the contender shares them
   * @throws RuntimeException if that is not possible, with the reason
   */
  NetworkHost open(int threads);
}
