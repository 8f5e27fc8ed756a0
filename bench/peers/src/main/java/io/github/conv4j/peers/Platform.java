package io.github.conv4j.peers;

import java.lang.System.Logger.Level;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Whether a library's native part can be loaded here. */
final class Platform {
  static final String CANNOT_START = "its native library cannot start here";

  private static final System.Logger LOG = System.getLogger("io.github.conv4j.peers");

  private static final Set<String> TOLD = ConcurrentHashMap.newKeySet();

  private Platform() {}

  /** Runs what loads a library; logs the reason, once, where it cannot. */
  static boolean starts(String name, Runnable load) {
    try {
      load.run();
      return true;
    } catch (RuntimeException | LinkageError e) {
      if (TOLD.add(name)) {
        LOG.log(Level.WARNING, name + ": " + CANNOT_START, e);
      }
      return false;
    }
  }
}
