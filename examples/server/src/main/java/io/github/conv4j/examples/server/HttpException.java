package io.github.conv4j.examples.server;

import java.util.Map;

/** A request that is answered with an error: what is wrong with it, or with the moment. */
final class HttpException extends RuntimeException {
  private static final long serialVersionUID = 1;

  private static final String RETRY_AFTER_SECONDS = "1";

  static final int BAD_REQUEST = 400;
  static final int FORBIDDEN = 403;
  static final int NOT_FOUND = 404;
  static final int METHOD_NOT_ALLOWED = 405;
  static final int TOO_LARGE = 413;
  static final int WRONG_MEDIA_TYPE = 415;
  static final int TOO_MANY = 429;
  static final int INTERNAL = 500;
  static final int UNAVAILABLE = 503;
  static final int TOO_LATE = 504;

  private final int status;

  /** What the answer says beside the sentence. */
  private final transient Map<String, String> headers;

  HttpException(int status, String message) {
    this(status, message, Map.of());
  }

  HttpException(int status, String message, Map<String, String> headers) {
    super(message);
    this.status = status;
    this.headers = Map.copyOf(headers);
  }

  HttpException(int status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
    this.headers = Map.of();
  }

  static HttpException badRequest(String message) {
    return new HttpException(BAD_REQUEST, message);
  }

  int status() {
    return status;
  }

  /** Returns what the answer says beside the sentence: also when to come again, if that helps. */
  Map<String, String> headers() {
    boolean isPassing = status == TOO_MANY || status == UNAVAILABLE || status == TOO_LATE;
    return isPassing ? Map.of("Retry-After", RETRY_AFTER_SECONDS) : headers;
  }
}
