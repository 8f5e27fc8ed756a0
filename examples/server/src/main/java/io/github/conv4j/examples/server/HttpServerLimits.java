package io.github.conv4j.examples.server;

import java.util.Map;

/**
 * The limits of the JDK's HTTP server, which reads them once in a process. Who has set one keeps
 * it.
 *
 * @see <a
 *     href="https://docs.oracle.com/en/java/javase/25/docs/api/jdk.httpserver/module-summary.html">
 *     module jdk.httpserver</a>
 */
final class HttpServerLimits {
  private HttpServerLimits() {}

  static void set(Limits limits) {
    Map<String, String> properties =
        Map.of(
            // Without it an answer on a kept connection may wait 40 ms for an acknowledgement.
            "sun.net.httpserver.nodelay", "true",
            "jdk.httpserver.maxConnections", "1024",
            // In seconds: to send a request, and to have it answered and take the answer.
            "sun.net.httpserver.maxReqTime", "30",
            "sun.net.httpserver.maxRspTime", "120",
            // Of a refused request, so that its sender sees the answer and not a broken connection.
            "sun.net.httpserver.drainAmount", Long.toString(limits.bodyBytes()));
    properties.forEach(
        (name, value) -> {
          if (System.getProperty(name) == null) {
            System.setProperty(name, value);
          }
        });
  }
}
