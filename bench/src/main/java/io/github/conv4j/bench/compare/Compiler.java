package io.github.conv4j.bench.compare;

import java.lang.management.ManagementFactory;
import java.util.Optional;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/** Watches the JVM's own compiler: what it still works on is not yet as fast as it will be. */
final class Compiler {
  private static final String EMPTY = "Empty";

  private static final String DIAGNOSTICS = "com.sun.management:type=DiagnosticCommand";

  private final MBeanServer server = ManagementFactory.getPlatformMBeanServer();
  private final String beanName;

  Compiler() {
    this(DIAGNOSTICS);
  }

  /** For tests: asks another bean. */
  Compiler(String beanName) {
    this.beanName = beanName;
  }

  /** Tells whether methods are being compiled, or wait for it; false where the JVM does not say. */
  boolean isBusy() {
    return queues().filter(Compiler::isBusy).isPresent();
  }

  /** Returns what the JVM says about its compile queues; empty where it does not say. */
  Optional<String> queues() {
    try {
      Object answer =
          server.invoke(new ObjectName(beanName), "compilerQueue", new Object[0], new String[0]);
      return Optional.of(String.valueOf(answer));
    } catch (JMException | RuntimeException _) {
      return Optional.empty();
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
