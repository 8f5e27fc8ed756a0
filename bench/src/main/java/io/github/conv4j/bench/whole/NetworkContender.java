package io.github.conv4j.bench.whole;

/** Who runs whole networks: an engine of conv4j, or another library. */
public interface NetworkContender {
  /** Returns the short name. */
  String name();

  /** Returns name and version for reports. */
  String version();

  /**
   * Reads a file and makes it ready.
   *
   * @throws RuntimeException if that is not possible, with the reason
   */
  NetworkEntry enter(NetworkTask task);
}
