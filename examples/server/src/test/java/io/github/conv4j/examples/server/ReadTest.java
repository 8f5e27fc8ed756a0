package io.github.conv4j.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import io.github.conv4j.examples.ocr.Sign;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class ReadTest {
  @Test
  void readsAPhoto() throws IOException, InterruptedException {
    byte[] photo = sign();
    try (RunningServer server = RunningServer.ofText()) {
      server.server().awaitReady();
      HttpResponse<String> response = server.post("/read", "image/png", photo);
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      JsonObject answer = RunningServer.json(response);
      assertThat(answer.get("width").getAsInt()).isEqualTo(800);
      JsonArray lines = answer.getAsJsonArray("lines");
      assertThat(lines).hasSameSizeAs(Sign.LINES);
      for (int i = 0; i < lines.size(); i++) {
        JsonObject line = lines.get(i).getAsJsonObject();
        assertThat(letters(line.get("text").getAsString())).isEqualTo(letters(Sign.LINES.get(i)));
        assertThat(line.get("confidence").getAsDouble()).isBetween(0.8, 1.0);
        assertThat(corners(line)).hasSize(8).allMatch(place -> place > 0 && place < 800);
      }
      assertThat(server.post("/read", "image/png", new byte[100]).statusCode()).isEqualTo(400);
      assertThat(server.post("/read", "application/json", photo).statusCode()).isEqualTo(415);
    }
  }

  static byte[] sign() throws IOException {
    try (InputStream in = WarmUp.class.getResourceAsStream("sign.png")) {
      return Objects.requireNonNull(in).readAllBytes();
    }
  }

  /** The network drops some of the spaces. */
  private static String letters(String text) {
    return text.replace(" ", "");
  }

  private static List<Double> corners(JsonObject line) {
    return line.getAsJsonArray("box").asList().stream()
        .flatMap(corner -> corner.getAsJsonArray().asList().stream())
        .map(JsonElement::getAsDouble)
        .toList();
  }
}
