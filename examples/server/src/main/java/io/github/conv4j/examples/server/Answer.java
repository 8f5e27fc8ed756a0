package io.github.conv4j.examples.server;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** What a client gets. To be closed after it has been written. */
interface Answer extends AutoCloseable {
  int OK = 200;

  /** Sent with chunks, of which the number is not known before. */
  long UNKNOWN_LENGTH = 0;

  int status();

  Map<String, String> headers();

  /** Returns how many bytes there are, at least one; {@link #UNKNOWN_LENGTH} if it is not known. */
  long length();

  void writeTo(OutputStream out) throws IOException;

  @Override
  default void close() {}

  /** Bytes that are there. */
  record Bytes(int status, Map<String, String> headers, byte[] body) implements Answer {
    @Override
    public long length() {
      return body.length;
    }

    @Override
    public void writeTo(OutputStream out) throws IOException {
      out.write(body);
    }
  }

  static Answer json(int status, JsonElement json) {
    return bytes(status, "application/json", json.toString());
  }

  static Answer bytes(int status, String mediaType, String text) {
    return new Bytes(
        status, Map.of("Content-Type", mediaType), text.getBytes(StandardCharsets.UTF_8));
  }

  /** The protocol's form of errors. */
  static Answer error(int status, String message, Map<String, String> headers) {
    var json = new JsonObject();
    json.addProperty("error", message);
    var all = new HashMap<>(headers);
    all.put("Content-Type", "application/json");
    return new Bytes(status, Map.copyOf(all), json.toString().getBytes(StandardCharsets.UTF_8));
  }
}
