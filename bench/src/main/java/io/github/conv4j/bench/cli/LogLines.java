package io.github.conv4j.bench.cli;

import java.util.logging.Level;
import java.util.logging.Logger;

/** What the library's log shows on stderr. */
final class LogLines {
  private static final String FORMAT = "java.util.logging.SimpleFormatter.format";

  /** Held, because the log manager holds loggers weakly and would forget the level. */
  private static final Logger CONV4J = Logger.getLogger("io.github.conv4j");

  private LogLines() {}

  /** One line a message, unless a user has chosen otherwise. */
  static void useOneLineEach() {
    if (System.getProperty(FORMAT) == null) {
      System.setProperty(FORMAT, "%5$s%6$s%n");
    }
  }

  /** For commands that print the warnings of prepared convolutions themselves. */
  static AutoCloseableLevel withoutWarnings() {
    Level before = CONV4J.getLevel();
    CONV4J.setLevel(Level.SEVERE);
    return () -> CONV4J.setLevel(before);
  }

  /** Sets the level back when closed. */
  interface AutoCloseableLevel extends AutoCloseable {
    @Override
    void close();
  }
}
