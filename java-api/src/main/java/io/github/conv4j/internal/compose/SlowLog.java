package io.github.conv4j.internal.compose;

import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Says that something is slow: once for each problem, as far as {@value MOST_TOLD} go. */
public final class SlowLog {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");
  private static final int MOST_TOLD = 1_000;
  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  private SlowLog() {}

  /** Logs one line. */
  public static void tell(String reason, String problem) {
    String line = reason + ": " + problem;
    boolean isNew = TOLD.size() < MOST_TOLD && TOLD.add(line);
    LOG.log(isNew ? Level.WARNING : Level.DEBUG, line);
  }
}
