package io.github.conv4j.bench.whole;

import io.github.conv4j.bench.contender.Entry;
import io.github.conv4j.bench.contender.Task;
import java.util.List;

/**
 * What several networks and single layers share: an engine, for one. Close it behind all that it
 * gave out.
 */
public interface NetworkHost extends AutoCloseable {
  /**
   * Reads a file and makes it ready for several clients at once, an entry each.
   *
   * @param task its threads are those of a run where the contender shares none
   * @throws RuntimeException if that is not possible, with the reason
   */
  List<NetworkEntry> enter(NetworkTask task, int clients);

  /**
   * Makes a layer ready for several clients at once, an entry each.
   *
   * @param layer as for networks
   * @throws RuntimeException if that is not possible, with the reason
   */
  List<Entry> enter(Task layer, int clients);

  @Override
  void close();
}
