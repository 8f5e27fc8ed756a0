package io.github.conv4j.internal.compose;

import io.github.conv4j.internal.events.Events;
import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Says that something is slow: once for each reason, as far as {@value MOST_TOLD} go, with the
 * first problem as an example. Of the others {@code explain()} tells, and level DEBUG.
 */
public final class SlowLog {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");
  private static final int MOST_TOLD = 100;
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  private SlowLog() {}

  /**
   * Logs one line, and records an event.
   *
   * @param reason what is slow, the same for a whole class of problems
   * @param problem one of them
   */
  public static void tell(String reason, String problem) {
    Events.fallback(problem, reason);
    boolean isNew = TOLD.size() < MOST_TOLD && TOLD.add(reason);
    if (isNew) {
      LOG.log(
          Level.INFO,
          "{0}, for example for {1}; of further problems only DEBUG tells",
          reason,
          problem);
    } else {
      LOG.log(Level.DEBUG, "{0}: {1}", reason, problem);
    }
  }
}
