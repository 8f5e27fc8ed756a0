package io.github.conv4j.bench.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What is at the other end of stderr. */
final class Terminal {
  private static final Path STDERR = Path.of("/proc/self/fd/2");

  private Terminal() {}

  /** Tells whether a person watches stderr, so that a moving display makes sense. */
  static boolean showsProgress() {
    return System.getenv("CI") == null
        && !"dumb".equals(System.getenv("TERM"))
        && stderrIsTerminal();
  }

  private static boolean stderrIsTerminal() {
    // The JDK tells about stdin and stdout only, and stdout is what people redirect.
    if (Files.isSymbolicLink(STDERR)) {
      try {
        String target = Files.readSymbolicLink(STDERR).toString();
        return target.startsWith("/dev/pts/") || target.startsWith("/dev/tty");
      } catch (IOException _) {
        return false;
      }
    }
    return Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false);
  }
}
