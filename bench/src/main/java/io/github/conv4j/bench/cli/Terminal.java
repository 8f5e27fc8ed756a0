package io.github.conv4j.bench.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** What is at the other ends of stdout and stderr. */
final class Terminal {
  private static final Path STDERR = Path.of("/proc/self/fd/2");

  private Terminal() {}

  /** Tells whether a person watches stderr, so that a moving display makes sense. */
  static boolean showsProgress() {
    return System.getenv("CI") == null
        && !"dumb".equals(System.getenv("TERM"))
        && stderrIsTerminal();
  }

  /** Replaces the micro sign where stdout, in the C locale for example, has no character for it. */
  static String printable(String line) {
    return System.out.charset().newEncoder().canEncode('\u00b5')
        ? line
        : line.replace('\u00b5', 'u');
  }

  /** Replaces what could act on a terminal, in a text that comes from a stranger's file. */
  static String harmless(String line) {
    return printable(line.replaceAll("[\\p{Cntrl}\\p{Cf}]", "?"));
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
