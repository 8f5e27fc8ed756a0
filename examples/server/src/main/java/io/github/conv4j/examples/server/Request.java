package io.github.conv4j.examples.server;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A request as handlers see it. */
final class Request {
  private static final int MOST_PARAMETERS = 20;

  private final HttpExchange exchange;

  Request(HttpExchange exchange) {
    this.exchange = exchange;
  }

  String method() {
    return exchange.getRequestMethod();
  }

  String path() {
    String path = exchange.getRequestURI().getPath();
    return path == null ? "" : path;
  }

  @Nullable String header(String name) {
    Headers headers = exchange.getRequestHeaders();
    return headers.getFirst(name);
  }

  /**
   * Refuses what a page of another site sends through a browser.
   *
   * @throws HttpException if it is such
   */
  void requireOwnOrigin() {
    String origin = header("Origin");
    if (origin != null && !origin.replaceFirst("^https?://", "").equalsIgnoreCase(header("Host"))) {
      throw new HttpException(
          HttpException.FORBIDDEN, "pages of other sites may not ask: Origin is not this Host");
    }
  }

  /** Returns the media type in lower case without its parameters; empty if none is told. */
  String mediaType() {
    String type = header("Content-Type");
    return type == null ? "" : type.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
  }

  /** Returns what follows the question mark. */
  Map<String, String> parameters() {
    Map<String, String> parameters = new LinkedHashMap<>();
    String query = exchange.getRequestURI().getRawQuery();
    if (query == null || query.isEmpty()) {
      return parameters;
    }
    String[] pairs = query.split("&", MOST_PARAMETERS + 1);
    if (pairs.length > MOST_PARAMETERS) {
      throw HttpException.badRequest(
          "there are more than %d parameters".formatted(MOST_PARAMETERS));
    }
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      String name = equals < 0 ? pair : pair.substring(0, equals);
      String value = equals < 0 ? "" : pair.substring(equals + 1);
      try {
        parameters.put(
            URLDecoder.decode(name, StandardCharsets.UTF_8),
            URLDecoder.decode(value, StandardCharsets.UTF_8));
      } catch (IllegalArgumentException e) {
        throw new HttpException(HttpException.BAD_REQUEST, "a parameter is encoded wrongly", e);
      }
    }
    return parameters;
  }

  /**
   * Claims memory for the body; to be called before it is read.
   *
   * @throws HttpException if it is too large, or there is no memory for it now
   */
  void claimBody(Admission.Claim claim, long limit) {
    String length = header("Content-Length");
    if (length == null) {
      claim.take(limit);
      return;
    }
    if (!length.strip().matches("[0-9]{1,18}")) {
      throw HttpException.badRequest("Content-Length must be a number");
    }
    long bytes = Long.parseLong(length.strip());
    if (bytes > limit) {
      throw tooLarge(limit);
    }
    claim.take(bytes);
  }

  /**
   * Reads the body.
   *
   * @throws HttpException if it is too large
   * @throws IOException if the client has gone or is too slow
   */
  byte[] body(long limit) throws IOException {
    InputStream in = exchange.getRequestBody();
    byte[] body = in.readNBytes((int) limit);
    if (body.length == limit && in.read() >= 0) {
      throw tooLarge(limit);
    }
    return body;
  }

  private static HttpException tooLarge(long limit) {
    return new HttpException(
        HttpException.TOO_LARGE,
        "the body has more than %,d bytes: send less, or numbers as binary tensors"
            .formatted(limit));
  }
}
