package io.github.conv4j.bench.compare;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** Watches the JVM's own compiler: what it still works on is not yet as fast as it will be. */
final class Compiler {
  private static final String EMPTY = "Empty";

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();

  /** Tells whether methods are being compiled, or wait for it; false where the JVM does not say. */
  boolean isBusy() {
    try {
      Object answer =
          server.invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "compilerQueue",
              new Object[0],
              new String[0]);
      return isBusy(String.valueOf(answer));
    } catch (JMException | RuntimeException _) {
      return false;
    }
  }

  /** Everything but headings, and the word for an empty queue, is a method. */
  static boolean isBusy(String queues) {
    return queues
        .lines()
        .map(String::strip)
        .anyMatch(line -> !line.isEmpty() && !line.endsWith(":") && !line.equals(EMPTY));
  }
}
