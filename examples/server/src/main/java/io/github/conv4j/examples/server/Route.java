package io.github.conv4j.examples.server;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a path asks for.
 *
 * @param model the name in it; empty if there is none
 */
record Route(What what, String model) {
  private static final Pattern MODEL =
      Pattern.compile("/v2/models/([^/]{1,200})(?:/versions/1)?(/ready|/infer)?");

  /** What a server has. */
  enum What {
    PAGE("GET"),
    METRICS("GET"),
    SERVER("GET"),
    LIVE("GET"),
    READY("GET"),
    MODEL("GET"),
    MODEL_READY("GET"),
    INFER("POST"),
    READ("POST"),
    NOTHING("");

    private final String method;

    What(String method) {
      this.method = method;
    }
  }

  static Route of(String path) {
    What what =
        switch (path) {
          case "/" -> What.PAGE;
          case "/metrics" -> What.METRICS;
          case "/read" -> What.READ;
          case "/v2", "/v2/" -> What.SERVER;
          case "/v2/health/live" -> What.LIVE;
          case "/v2/health/ready" -> What.READY;
          default -> What.NOTHING;
        };
    Matcher matcher = MODEL.matcher(path);
    if (what != What.NOTHING || !matcher.matches()) {
      return new Route(what, "");
    }
    String rest = matcher.group(2);
    What ofModel =
        rest == null ? What.MODEL : rest.equals("/ready") ? What.MODEL_READY : What.INFER;
    return new Route(ofModel, matcher.group(1));
  }

  /** Whether something has to be admitted. */
  boolean computes() {
    return what == What.INFER || what == What.READ;
  }

  /** Returns how requests of no model are counted. */
  String label() {
    return what == What.READ ? "read" : "";
  }

  /**
   * Refuses other methods.
   *
   * @throws HttpException if it is one
   */
  void requireMethod(String method) {
    if (what != What.NOTHING && !what.method.equals(method)) {
      throw new HttpException(
          HttpException.METHOD_NOT_ALLOWED,
          "only %s is served here".formatted(what.method),
          Map.of("Allow", what.method));
    }
  }
}
