package io.github.conv4j.examples.server;

/** A request that is answered with an error: what is wrong with it, or with the moment. */
final class HttpException extends RuntimeException {
  private static final long serialVersionUID = 1;

  static final int BAD_REQUEST = 400;
  static final int NOT_FOUND = 404;
  static final int METHOD_NOT_ALLOWED = 405;
  static final int TOO_LARGE = 413;
  static final int WRONG_MEDIA_TYPE = 415;
  static final int TOO_MANY = 429;
  static final int INTERNAL = 500;
  static final int UNAVAILABLE = 503;
  static final int TOO_LATE = 504;

  private final int status;

  HttpException(int status, String message) {
    super(message);
    this.status = status;
  }

  HttpException(int status, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
  }

  static HttpException badRequest(String message) {
    return new HttpException(BAD_REQUEST, message);
  }

  int status() {
    return status;
  }

  /** Whether the same request may succeed a little later. */
  boolean isPassing() {
    return status == TOO_MANY || status == UNAVAILABLE || status == TOO_LATE;
  }
}
