package io.github.conv4j.internal.prepared;

import java.lang.System.Logger.Level;

/** Closes what must not keep the next thing from being closed; a failure is logged. */
final class Quietly {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");

  private Quietly() {}

  static void close(AutoCloseable resource) {
    try {
      resource.close();
    } catch (Exception e) {
      LOG.log(Level.WARNING, "closing " + resource + " failed", e);
    }
  }
}
