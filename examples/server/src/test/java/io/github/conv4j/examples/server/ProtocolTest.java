package io.github.conv4j.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.graph.ElementType;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What clients of the Open Inference Protocol may ask, and whatever else may come. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ProtocolTest {
  private static final String SUM = "/v2/models/sum/infer";
  private static final String GOOD =
      """
      {"id": "7", "inputs": [
        {"name": "a", "shape": [3], "datatype": "FP32", "data": [1, 2.5, -3e1]},
        {"name": "b", "datatype": "FP32", "data": [[10], [20, 30]], "shape": [3]}]}\
      """;

  @SuppressWarnings("NullAway.Init") // before all tests
  private RunningServer server;

  @BeforeAll
  void start() throws IOException, InterruptedException {
    Map<String, Network> networks = new TreeMap<>();
    networks.put("sum", TestModels.sum());
    networks.put("picture", TestModels.picture());
    for (ElementType type : ElementType.values()) {
      networks.put(Datatype.of(type), TestModels.same(type));
    }
    server =
        RunningServer.ready(
            networks,
            RunningServer.limits()
                .withBodyBytes(1 << 20)
                .withPixels(10_000)
                .withWorkBytes(1 << 20));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private JsonObject ok(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return RunningServer.json(response);
  }

  private static void refused(HttpResponse<String> response, int status, String reason) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(RunningServer.json(response).get("error").getAsString()).contains(reason);
  }

  private static float[] floats(JsonObject output) {
    JsonArray data = output.getAsJsonArray("data");
    float[] floats = new float[data.size()];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = data.get(i).getAsFloat();
    }
    return floats;
  }

  @Test
  void tellsWhatItIs() throws IOException, InterruptedException {
    assertThat(ok(server.get("/v2")).get("extensions").toString()).contains("binary_tensor_data");
    assertThat(ok(server.get("/v2/health/live")).get("live").getAsBoolean()).isTrue();
    assertThat(ok(server.get("/v2/health/ready")).get("ready").getAsBoolean()).isTrue();
    assertThat(ok(server.get("/v2/models/sum/ready")).get("name").getAsString()).isEqualTo("sum");
    assertThat(ok(server.get("/v2/models/picture")).get("inputs"))
        .isEqualTo(
            JsonParser.parseString(
                "[{\"name\": \"x\", \"datatype\": \"FP32\", \"shape\": [1, 3, -1, -1]}]"));
    assertThat(ok(server.get("/v2/models/picture/versions/1")))
        .isEqualTo(ok(server.get("/v2/models/picture")));
  }

  @Test
  void infersFromJson() throws IOException, InterruptedException {
    JsonObject answer = ok(server.post(SUM, GOOD));

    assertThat(answer.get("model_name").getAsString()).isEqualTo("sum");
    assertThat(answer.get("id").getAsString()).isEqualTo("7");
    JsonObject sum = answer.getAsJsonArray("outputs").get(0).getAsJsonObject();
    assertThat(sum.get("datatype").getAsString()).isEqualTo("FP32");
    assertThat(sum.get("shape").toString()).isEqualTo("[3]");
    assertThat(floats(sum)).containsExactly(11, 22.5f, 0);
    assertThat(floats(answer.getAsJsonArray("outputs").get(1).getAsJsonObject()))
        .containsExactly(0.1f, 0.125f, -1);
  }

  @Test
  void givesTheOutputsThatAreWanted() throws IOException, InterruptedException {
    String name = outputName("sum", 1);
    JsonObject answer =
        ok(
            server.post(
                SUM, GOOD.replaceFirst("\\{", "{\"outputs\": [{\"name\": \"" + name + "\"}],")));

    assertThat(answer.getAsJsonArray("outputs")).hasSize(1);
    assertThat(answer.getAsJsonArray("outputs").get(0).getAsJsonObject().get("name").getAsString())
        .isEqualTo(name);
  }

  private String outputName(String model, int index) throws IOException, InterruptedException {
    return ok(server.get("/v2/models/" + model))
        .getAsJsonArray("outputs")
        .get(index)
        .getAsJsonObject()
        .get("name")
        .getAsString();
  }

  @Test
  void infersFromBytesIntoBytes() throws IOException, InterruptedException {
    String json =
        """
        {"parameters": {"binary_data_output": true}, "inputs": [
          {"name": "b", "shape": [2], "datatype": "FP32", "parameters": {"binary_data_size": 8}},
          {"name": "a", "shape": [2], "datatype": "FP32", "data": [5, 7]}]}\
        """;
    HttpResponse<byte[]> response =
        server.sendForBytes(binary(json, bytes(0.5f, 2)).header("Accept", "*/*"));

    assertThat(response.statusCode()).isEqualTo(200);
    int length =
        Integer.parseInt(response.headers().firstValue(Inference.JSON_LENGTH).orElseThrow());
    String head = new String(response.body(), 0, length, StandardCharsets.UTF_8);
    assertThat(head).contains("\"binary_data_size\":8").doesNotContain("\"data\"");
    assertThat(Arrays.copyOfRange(response.body(), length, response.body().length))
        .isEqualTo(bytes(5.5f, 9, 10, 3.5f));
  }

  private static byte[] bytes(float... values) {
    ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      buffer.putFloat(value);
    }
    return buffer.array();
  }

  private HttpRequest.Builder binary(String json, byte[] tensors) {
    byte[] head = json.getBytes(StandardCharsets.UTF_8);
    byte[] body = Arrays.copyOf(head, head.length + tensors.length);
    System.arraycopy(tensors, 0, body, head.length, tensors.length);
    return server
        .request(SUM)
        .header("Content-Type", "application/octet-stream")
        .header(Inference.JSON_LENGTH, Integer.toString(head.length))
        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
  }

  @Test
  void refusesBytesThatDoNotFit() throws IOException, InterruptedException {
    String json =
        """
        {"inputs": [
          {"name": "a", "shape": [2], "datatype": "FP32", "parameters": {"binary_data_size": 8}},
          {"name": "b", "shape": [2], "datatype": "FP32", "data": [5, 7]}]}\
        """;
    refused(server.send(binary(json, bytes(1))), 400, "which the body does not hold");
    refused(server.send(binary(json, bytes(1, 2, 3))), 400, "4 bytes follow the last tensor");
    refused(
        server.send(binary(json.replace(": 8", ": 4"), bytes(1, 2))),
        400,
        "which the body does not hold");
    refused(
        server.send(
            server
                .request(SUM)
                .header(Inference.JSON_LENGTH, "99999")
                .POST(HttpRequest.BodyPublishers.ofString(json))),
        400,
        "must be the length of the JSON");
  }

  @Test
  void saysThatJsonHasNoInfinity() throws IOException, InterruptedException {
    refused(server.post(SUM, GOOD.replace("[10]", "[0]")), 400, "binary_data");
  }

  @ParameterizedTest
  @CsvSource({
    "FP32, 1.5, -3.4028235E38",
    "FP64, 1.5, -1.7976931348623157E308",
    "FP16, 1.5, -65504.0",
    "BF16, 1.5, -256.0",
    "INT8, 127, -128",
    "INT16, 32767, -32768",
    "INT32, 2147483647, -2147483648",
    "INT64, 9223372036854775807, -9223372036854775808",
    "UINT8, 255, 0",
    "UINT16, 65535, 0",
    "UINT32, 4294967295, 0",
    "UINT64, 18446744073709551615, 0",
    "BOOL, true, false",
  })
  void givesEachTypeBack(String type, String first, String second)
      throws IOException, InterruptedException {
    String data = "[" + first + "," + second + "]";
    JsonObject answer = ok(server.post("/v2/models/" + type + "/infer", of(type, data)));

    JsonObject output = answer.getAsJsonArray("outputs").get(0).getAsJsonObject();
    assertThat(output.get("datatype").getAsString()).isEqualTo(type);
    assertThat(output.get("data").toString()).isEqualTo(data);
  }

  private static String of(String type, String data) {
    return "{\"inputs\": [{\"name\": \"x\", \"shape\": [2], \"datatype\": \"%s\", \"data\": %s}]}"
        .formatted(type, data);
  }

  @ParameterizedTest
  @CsvSource({
    "INT8, 128",
    "UINT8, -1",
    "UINT32, 4294967296",
    "INT64, 9223372036854775808",
    "UINT64, 18446744073709551616",
    "INT32, 1.5",
    "BOOL, 1",
    "FP32, true",
    "FP32, '\"one\"'",
  })
  void refusesNumbersOfOtherTypes(String type, String number)
      throws IOException, InterruptedException {
    refused(
        server.post("/v2/models/" + type + "/infer", of(type, "[" + number + ", 0]")), 400, "x");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"a\"|\"c\"|has no input \"c\"",
        "\"a\"|\"b\"|is there twice",
        "FP32|FP64|is of FP32 but the request says FP64",
        "[3]|[4]|must be 4 numbers, as its shape says, but there are 3",
        "[3]|[2]|must be 2 numbers",
        "[3]|[-3]|must be at least 1 but is -3",
        "[3]|[0]|must be at least 1",
        "[3]|[1, 3]|cannot be [1, 3]",
        "[3]|[1,1,1,1,1,1,1,1,1]|more than 8 axes",
        "[3]|[4000000000, 4000000000, 4000000000]|too large",
        "[3]|[300000000]|which the body does not hold",
        "1, 2.5|1, \"2.5\"|element 1 is another thing",
        "1, 2.5|1, NaN|no JSON",
        "1, 2.5|1e999, 2.5|no JSON",
        "\"data\"|\"dat\"|needs either data",
        "\"shape\"|\"shap\"|needs a shape",
        "\"inputs\"|\"input\"|has no inputs",
        "]}]}|]}]} x|no JSON",
        "]}]}|]}]|no JSON",
        "{\"id\"|{\"outputs\": [{\"name\": \"z\"}], \"id\"|has no output \"z\"",
        "{\"id\"|{\"id\": \"8\", \"id\"|is there twice",
      })
  void saysWhatIsWrong(String part, String instead, String reason)
      throws IOException, InterruptedException {
    assertThat(GOOD).contains(part);
    refused(server.post(SUM, GOOD.replace(part, instead)), 400, reason);
  }

  @Test
  void needsAllInputs() throws IOException, InterruptedException {
    refused(
        server.post(
            SUM,
            "{\"inputs\": [{\"name\": \"a\", \"shape\": [1], \"datatype\": \"FP32\", \"data\":"
                + " [1]}]}"),
        400,
        "needs the input \"b\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "[]", "{}", "null", "{\"inputs\": {}}", "{\"inputs\": []}", "\u0000"})
  void refusesWhatIsNoRequest(String body) throws IOException, InterruptedException {
    refused(server.post(SUM, body), 400, "");
  }

  @Test
  void refusesDeepNesting() throws IOException, InterruptedException {
    refused(server.post(SUM, "[".repeat(100_000)), 400, "no JSON");
    refused(
        server.post(
            SUM, GOOD.replace("[1, 2.5, -3e1]", "[".repeat(40) + "1, 2.5, -3e1" + "]".repeat(40))),
        400,
        "too deeply");
    refused(server.post(SUM, "{\"x\": " + "[".repeat(100_000)), 400, "no JSON");
  }

  @Test
  void refusesOtherPathsMethodsAndTypes() throws IOException, InterruptedException {
    refused(server.get("/v2/models/none"), 404, "there is no model \"none\": there are [");
    refused(server.post("/v2/models/none/infer", GOOD), 404, "no model");
    refused(server.get("/v2/models/sum/versions/2"), 404, "nothing here");
    refused(server.get("/../etc/passwd"), 404, "nothing here");
    refused(server.get(SUM), 405, "only POST");
    assertThat(server.get(SUM).headers().firstValue("Allow")).contains("POST");
    refused(server.post("/v2", "{}"), 405, "only GET");
    refused(server.post(SUM, "text/plain", new byte[1]), 415, "application/json");
    refused(server.post("/read", "image/png", new byte[1]), 404, "PP-OCR");
  }

  @Test
  void answersHeadWithoutABody() throws IOException, InterruptedException {
    HttpResponse<String> head =
        server.send(server.request("/v2").method("HEAD", HttpRequest.BodyPublishers.noBody()));
    assertThat(head.statusCode()).isEqualTo(405);
    assertThat(head.body()).isEmpty();
    ok(server.get("/v2"));
  }

  private HttpResponse<String> from(String origin) throws IOException, InterruptedException {
    return server.send(
        server
            .request(SUM)
            .header("Origin", origin)
            .POST(HttpRequest.BodyPublishers.ofString(GOOD)));
  }

  @Test
  void refusesPagesOfOtherSites() throws IOException, InterruptedException {
    ok(from("http://127.0.0.1:" + server.port()));
    refused(from("https://example.org"), 403, "other sites");
    refused(from("null"), 403, "other sites");
  }

  @Test
  void refusesBodiesThatAreTooLarge() throws IOException, InterruptedException {
    byte[] large = new byte[(1 << 20) + 1];
    refused(server.post(SUM, "application/json", large), 413, "1,048,576 bytes");
    refused(
        server.send(
            server
                .request(SUM)
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(large)))),
        413,
        "1,048,576 bytes");
  }

  @Test
  void refusesRunsThatAreTooLarge() throws IOException, InterruptedException {
    String request =
        "{\"inputs\": [{\"name\": \"x\", \"shape\": [1, 3, 300, 500], \"datatype\": \"FP32\","
            + " \"data\": ["
            + "0,".repeat(449_999)
            + "0]}]}";
    refused(server.post("/v2/models/picture/infer", request), 400, "use smaller inputs");
  }

  private static byte[] png(BufferedImage image) throws IOException {
    var out = new ByteArrayOutputStream();
    ImageIO.write(image, "png", out);
    return out.toByteArray();
  }

  @Test
  void infersFromPictures() throws IOException, InterruptedException {
    var image = new BufferedImage(2, 1, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, 0x010203);
    image.setRGB(1, 0, 0x0a141e);
    JsonObject answer =
        ok(
            server.post(
                "/v2/models/picture/infer?scale=1&mean=0,0,1&deviation=1",
                "image/png",
                png(image)));

    JsonObject output = answer.getAsJsonArray("outputs").get(0).getAsJsonObject();
    assertThat(output.get("shape").toString()).isEqualTo("[1,3,1,2]");
    assertThat(floats(output)).containsExactly(2, 20, 4, 40, 4, 58);
  }

  @Test
  void refusesPicturesThatAreNone() throws IOException, InterruptedException {
    String path = "/v2/models/picture/infer";
    byte[] good = png(new BufferedImage(50, 50, BufferedImage.TYPE_INT_RGB));
    refused(server.post(path, "image/png", new byte[9]), 400, "neither PNG nor JPEG");
    refused(server.post(path, "image/png", Arrays.copyOf(good, 60)), 400, "picture");
    refused(
        server.post(path, "image/png", png(new BufferedImage(101, 100, 1))),
        400,
        "101 x 100 pixels, which is more than 10,000");
    refused(server.post(SUM, "image/png", good), 400, "takes no picture");
    refused(server.post(path + "?mean=x", "image/png", good), 400, "parameter mean");
    refused(server.post(path + "?deviation=0", "image/png", good), 400, "deviations");
  }

  /** Whatever a client sends, it is answered, and never with a failure of the server. */
  @Test
  void survivesAnyRequest() throws IOException, InterruptedException {
    var random = new Random(13);
    byte[] picture = png(new BufferedImage(8, 8, BufferedImage.TYPE_INT_RGB));
    int accepted = 0;
    for (int i = 0; i < 1000; i++) {
      boolean isPicture = i % 4 == 0;
      byte[] body = (isPicture ? picture : GOOD.getBytes(StandardCharsets.UTF_8)).clone();
      for (int changes = random.nextInt(1, 4); changes > 0; changes--) {
        int at = random.nextInt(body.length);
        switch (random.nextInt(3)) {
          case 0 -> body[at] = (byte) random.nextInt(256);
          case 1 -> body = Arrays.copyOf(body, Math.max(1, at));
          default -> body[at] = (byte) "0123456789[]{},:\"-e.".charAt(random.nextInt(20));
        }
      }
      HttpResponse<String> response =
          isPicture
              ? server.post("/v2/models/picture/infer", "image/png", body)
              : server.post(SUM, "application/json", body);
      assertThat(response.statusCode())
          .as("request %d: %s: %s", i, Arrays.toString(body), response.body())
          .isIn(200, 400);
      accepted += response.statusCode() == 200 ? 1 : 0;
    }
    assertThat(accepted).isBetween(50, 950);
    ok(server.post(SUM, GOOD));
  }
}
