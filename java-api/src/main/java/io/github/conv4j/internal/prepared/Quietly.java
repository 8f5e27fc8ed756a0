package io.github.conv4j.internal.prepared;

import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Does what must not keep the next thing from being done; a failure is logged. */
final class Quietly {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");

  private Quietly() {}

  /** Closes; errors are logged like exceptions, since somebody waits for the rest to be closed. */
  static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Throwable e) {
      warn("closing " + resource.getClass().getName() + " failed", e);
    }
  }

  /** Logs, if there is memory for that. */
  static void warn(String message) {
    warn(message, null);
  }

  /** Logs, if there is memory for that. */
  static void warn(String message, @Nullable Throwable cause) {
    try {
      LOG.log(Level.WARNING, message, cause);
    } catch (Throwable cannotLog) {
      // Nobody is left to be told.
    }
  }
}
