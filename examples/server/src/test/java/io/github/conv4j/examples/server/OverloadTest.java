package io.github.conv4j.examples.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A server that is asked for more than it can compute. */
class OverloadTest {
  private static final String PATH = "/v2/models/slow/infer";
  private static final int CLIENTS = 8;
  private static final int REQUESTS = 3;
  private static final Duration LONGEST_COUNTING = Duration.ofSeconds(10);

  private static final String BODY =
      "{\"inputs\": [{\"name\": \"x\", \"shape\": [1, 32, 96, 96], \"datatype\": \"FP32\","
          + " \"parameters\": {\"binary_data_size\": 1179648}}]}";

  private static HttpRequest.Builder request(RunningServer server) {
    byte[] body = Arrays.copyOf(BODY.getBytes(StandardCharsets.UTF_8), BODY.length() + 1_179_648);
    return server
        .request(PATH)
        .header("Content-Type", "application/octet-stream")
        .header(Inference.JSON_LENGTH, Integer.toString(BODY.length()))
        .POST(HttpRequest.BodyPublishers.ofByteArray(body));
  }

  private static double counted(RunningServer server, String line)
      throws IOException, InterruptedException {
    return server
        .get("/metrics")
        .body()
        .lines()
        .filter(each -> each.startsWith(line + " "))
        .mapToDouble(each -> Double.parseDouble(each.substring(line.length())))
        .sum();
  }

  /** A request is counted, and its memory given back, after its client has the answer. */
  private static void assertCounts(RunningServer server, String line, double expected)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + LONGEST_COUNTING.toNanos();
    double counted = counted(server, line);
    while (counted != expected && System.nanoTime() < end) {
      Thread.sleep(1);
      counted = counted(server, line);
    }
    assertThat(counted).as(line).isEqualTo(expected);
  }

  @Test
  void shedsWhatItCannotServe() throws IOException, InterruptedException, ExecutionException {
    Limits limits = RunningServer.limits().withRunningCount(1).withQueueLimit(2);
    try (RunningServer server = RunningServer.ready(Map.of("slow", TestModels.slow()), limits);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<List<HttpResponse<String>>>> running = new ArrayList<>();
      for (int i = 0; i < CLIENTS; i++) {
        running.add(
            clients.submit(
                () -> {
                  List<HttpResponse<String>> mine = new ArrayList<>();
                  for (int k = 0; k < REQUESTS; k++) {
                    mine.add(server.send(request(server)));
                  }
                  return mine;
                }));
      }
      int accepted = 0;
      int refused = 0;
      for (Future<List<HttpResponse<String>>> client : running) {
        for (HttpResponse<String> response : client.get()) {
          assertThat(response.statusCode()).as(response.body()).isIn(200, 429);
          if (response.statusCode() == 200) {
            accepted++;
          } else {
            refused++;
            assertThat(response.headers().firstValue("Retry-After")).contains("1");
            assertThat(RunningServer.json(response).get("error").getAsString())
                .contains("try again later");
          }
        }
      }
      assertThat(accepted).isPositive();
      assertThat(refused).isPositive();
      assertCounts(server, "conv4j_requests_total{model=\"slow\",status=\"200\"}", accepted);
      assertCounts(server, "conv4j_requests_total{model=\"slow\",status=\"429\"}", refused);
      assertCounts(server, "conv4j_request_duration_seconds_count{model=\"slow\"}", accepted);
      assertCounts(server, "conv4j_requests_held_bytes", 0);
      assertCounts(server, "conv4j_requests_active{state=\"running\"}", 0);
      assertThat(counted(server, "conv4j_engine_memory_bytes{engine=\"onednn\",kind=\"weights\"}"))
          .isPositive()
          .isLessThanOrEqualTo(
              counted(server, "conv4j_shapes_bytes{kind=\"weights\",model=\"slow\"}"));
    }
  }

  @Test
  void refusesAPictureForWhichThereIsNeverMemory() throws IOException, InterruptedException {
    Limits limits = RunningServer.limits().withHeldBytes(16 << 20);
    try (RunningServer server =
        RunningServer.ready(Map.of("picture", TestModels.picture()), limits)) {
      HttpResponse<String> refused =
          server.post("/v2/models/picture/infer", "image/png", ReadTest.sign());
      assertThat(refused.statusCode()).as(refused.body()).isEqualTo(413);
      assertThat(refused.body()).contains("16,777,216 bytes that all requests may hold");
      assertThat(refused.headers().firstValue("Retry-After")).isEmpty();
      assertCounts(server, "conv4j_requests_held_bytes", 0);
    }
  }

  @Test
  void computesNothingForWhomItWouldBeTooLate() throws IOException, InterruptedException {
    Limits limits = RunningServer.limits().withLongestWait(Duration.ofMillis(0));
    try (RunningServer server = RunningServer.ready(Map.of("sum", TestModels.sum()), limits)) {
      String body =
          "{\"inputs\": [{\"name\": \"a\", \"shape\": [1], \"datatype\": \"FP32\", \"data\": [1]},"
              + "{\"name\": \"b\", \"shape\": [1], \"datatype\": \"FP32\", \"data\": [1]}]}";
      HttpResponse<String> late = server.post("/v2/models/sum/infer", body);
      assertThat(late.statusCode()).isEqualTo(504);
      assertThat(late.headers().firstValue("Retry-After")).contains("1");
      assertThat(late.body()).contains("nothing was computed");
      assertThat(counted(server, "conv4j_shapes_total{event=\"miss\",model=\"sum\"}")).isZero();

      HttpRequest.Builder patient =
          server.request("/v2/models/sum/infer").POST(HttpRequest.BodyPublishers.ofString(body));
      assertThat(server.send(patient.header(Deadline.HEADER, "60000")).statusCode()).isEqualTo(200);
      HttpRequest.Builder wrong =
          server.request("/v2/models/sum/infer").POST(HttpRequest.BodyPublishers.ofString(body));
      assertThat(server.send(wrong.header(Deadline.HEADER, "soon")).statusCode()).isEqualTo(400);
    }
  }
}
