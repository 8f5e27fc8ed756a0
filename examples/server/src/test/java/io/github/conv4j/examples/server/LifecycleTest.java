package io.github.conv4j.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.conv4j.networks.Network;
import java.io.IOException;
import java.net.ConnectException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From the start to the end of a server. */
class LifecycleTest {
  private static final Map<String, Network> PICTURE = Map.of("picture", TestModels.picture());

  private static final String MANY =
      IntStream.rangeClosed(1, 100)
          .mapToObj(width -> "network picture x=1x3x7x" + width)
          .collect(Collectors.joining("\n", "conv4j warm-up manifest 1\n", "\n"));

  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  private static String request(int width) {
    return "{\"inputs\": [{\"name\": \"x\", \"shape\": [1, 3, 1, %d], \"datatype\": \"FP32\", \"data\": [%s0]}]}"
        .formatted(width, "0,".repeat(3 * width - 1));
  }

  private static double misses(RunningServer server) throws IOException, InterruptedException {
    var pattern = Pattern.compile("conv4j_shapes_total\\{event=\"miss\",model=\"picture\"} (\\S+)");
    return pattern
        .matcher(server.get("/metrics").body())
        .results()
        .mapToDouble(found -> Double.parseDouble(found.group(1)))
        .sum();
  }

  @Test
  void keepsTheShapesThatWereSeenAndIsReadyForThemTheNextTime()
      throws IOException, InterruptedException {
    Path manifest = folder.resolve("manifest");
    try (RunningServer server = RunningServer.start(PICTURE, RunningServer.limits(), manifest)) {
      server.server().awaitReady();
      assertThat(server.post("/v2/models/picture/infer", request(5)).statusCode()).isEqualTo(200);
      assertThat(server.post("/v2/models/picture/infer", request(6)).statusCode()).isEqualTo(200);
    }
    assertThat(Files.readAllLines(manifest))
        .endsWith("network picture x=1x3x1x5", "network picture x=1x3x1x6");

    try (RunningServer server = RunningServer.start(PICTURE, RunningServer.limits(), manifest)) {
      server.server().awaitReady();
      assertThat(misses(server)).isEqualTo(2);
      assertThat(server.post("/v2/models/picture/infer", request(5)).statusCode()).isEqualTo(200);
      assertThat(misses(server)).isEqualTo(2);
    }
  }

  @Test
  void refusesRequestsUntilItIsReady() throws IOException, InterruptedException {
    Path manifest = folder.resolve("manifest");
    Files.writeString(manifest, MANY);
    try (RunningServer server = RunningServer.start(PICTURE, RunningServer.limits(), manifest)) {
      HttpResponse<String> early = server.get("/v2/health/ready");
      HttpResponse<String> refused = server.post("/v2/models/picture/infer", request(5));
      assertThat(server.get("/v2/health/live").statusCode()).isEqualTo(200);
      assertThat(early.statusCode()).isEqualTo(503);
      assertThat(early.headers().firstValue("Retry-After")).contains("1");
      assertThat(server.get("/v2/models/picture/ready").statusCode()).isEqualTo(503);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("warming up");
      assertThat(server.server().awaitReady()).isTrue();
      assertThat(server.get("/v2/models/picture/ready").statusCode()).isEqualTo(200);
      assertThat(misses(server)).isEqualTo(100);
    }
  }

  @Test
  void aServerThatIsClosedEarlyIsNotReadyAndKeepsItsManifest()
      throws IOException, InterruptedException {
    Path manifest = folder.resolve("manifest");
    Files.writeString(manifest, MANY);
    RunningServer server = RunningServer.start(PICTURE, RunningServer.limits(), manifest);
    server.close();
    assertThat(server.server().awaitReady()).isFalse();
    assertThat(manifest).hasContent(MANY);
  }

  @Test
  void doesNotStartWithASpoiledManifest() throws IOException {
    Path manifest = folder.resolve("manifest");
    Files.writeString(manifest, "conv4j warm-up manifest 1\n\nnetwork picture x=1x\n");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RunningServer.start(PICTURE, RunningServer.limits(), manifest))
        .withMessageContaining("line 3");
  }

  @Test
  void finishesWhatIsRunningWhenItIsClosed()
      throws IOException, InterruptedException, ExecutionException {
    RunningServer server =
        RunningServer.ready(Map.of("slow", TestModels.slow()), RunningServer.limits());
    String json =
        "{\"inputs\": [{\"name\": \"x\", \"shape\": [1, 32, 96, 96], \"datatype\": \"FP32\","
            + " \"parameters\": {\"binary_data_size\": 1179648}}]}";
    byte[] body = Arrays.copyOf(json.getBytes(StandardCharsets.UTF_8), json.length() + 1_179_648);
    CompletableFuture<Integer> running =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                return server
                    .send(
                        server
                            .request("/v2/models/slow/infer")
                            .header(Inference.JSON_LENGTH, Integer.toString(json.length()))
                            .POST(HttpRequest.BodyPublishers.ofByteArray(body)))
                    .statusCode();
              } catch (IOException | InterruptedException e) {
                throw new CompletionException(e);
              }
            });
    while (!server.get("/metrics").body().contains("conv4j_requests_active{state=\"running\"} 1.0")
        && !running.isDone()) {
      Thread.onSpinWait();
    }
    long begin = System.nanoTime();
    server.server().close();
    assertThat(running.get()).isEqualTo(200);
    assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(15));
    server.server().close();
    server.server().awaitClose();
    assertThatExceptionOfType(ConnectException.class)
        .isThrownBy(() -> server.get("/v2/health/live"));
    server.close();
  }
}
