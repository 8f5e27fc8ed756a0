package io.github.conv4j.onednn;

import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Says that something is slow: each reason once as a warning, after that for debugging only. */
final class SlowLog {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j.onednn");
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  private SlowLog() {}

  /**
   * Logs one line.
   *
   * @param reason one of a small number of texts
   * @param problem what is slow
   */
  static void tell(String reason, String problem) {
    Level level = TOLD.add(reason) ? Level.WARNING : Level.DEBUG;
    LOG.log(level, "{0}: {1}; explain() tells it for every problem", reason, problem);
  }
}
