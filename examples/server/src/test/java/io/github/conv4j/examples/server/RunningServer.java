package io.github.conv4j.examples.server;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.examples.ocr.OcrFiles;
import io.github.conv4j.examples.ocr.TextReader;
import io.github.conv4j.networks.Network;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A server on a free port, and a client of it. */
final class RunningServer implements AutoCloseable {
  private static final long CACHE_BYTES = 32L << 20;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);

  private final InferenceServer server;
  private final HttpClient client = HttpClient.newHttpClient();

  private RunningServer(InferenceServer server) {
    this.server = server;
  }

  static Limits limits() {
    return Limits.defaults(2);
  }

  /** Starts a server of all networks and waits until it is ready. */
  static RunningServer ready(Map<String, Network> networks, Limits limits)
      throws IOException, InterruptedException {
    RunningServer running = start(networks, limits, null, Duration.ZERO);
    running.server.awaitReady();
    return running;
  }

  static RunningServer start(Map<String, Network> networks, Limits limits, @Nullable Path manifest)
      throws IOException {
    return start(networks, limits, manifest, Duration.ofSeconds(60));
  }

  private static RunningServer start(
      Map<String, Network> networks, Limits limits, @Nullable Path manifest, Duration warmUp)
      throws IOException {
    Engine engine = Engines.best(EngineOptions.defaults().withThreads(2));
    List<ServedModel> models = new ArrayList<>();
    new TreeMap<>(networks)
        .forEach(
            (name, network) ->
                models.add(new ServedModel(name, network, engine, CACHE_BYTES, limits)));
    try {
      return new RunningServer(
          InferenceServer.start(
              new ServerSettings("127.0.0.1", 0, limits, manifest, warmUp, Duration.ofSeconds(20)),
              engine,
              models,
              null));
    } catch (RuntimeException | IOException e) {
      engine.close();
      throw e;
    }
  }

  /** Starts a server that reads the text of photos. */
  static RunningServer ofText() throws IOException {
    Engine engine = Engines.best(EngineOptions.defaults().withThreads(2));
    OcrFiles files =
        OcrFiles.in(Path.of(Objects.requireNonNull(System.getProperty(OcrFiles.PROPERTY))));
    List<ServedModel> models = new ArrayList<>();
    List.of(files.detector(), files.classifier(), files.recognizer())
        .forEach(
            file ->
                models.add(
                    new ServedModel(
                        String.valueOf(file.getFileName()),
                        Network.read(file),
                        engine,
                        8 * CACHE_BYTES,
                        limits())));
    var reader =
        new TextReader(
            models.get(0).shapes(), models.get(1).shapes(), models.get(2).shapes(), files.keys());
    return new RunningServer(
        InferenceServer.start(
            new ServerSettings(
                "127.0.0.1", 0, limits(), null, Duration.ofSeconds(1), Duration.ofSeconds(20)),
            engine,
            models,
            new TextService(reader, limits())));
  }

  InferenceServer server() {
    return server;
  }

  int port() {
    return server.port();
  }

  HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path)).timeout(TIMEOUT);
  }

  HttpResponse<String> get(String path) throws IOException, InterruptedException {
    return send(request(path));
  }

  HttpResponse<String> post(String path, String mediaType, byte[] body)
      throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", mediaType)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
    return send(
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(json)));
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<byte[]> sendForBytes(HttpRequest.Builder request)
      throws IOException, InterruptedException {
    return client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  static JsonObject json(HttpResponse<String> response) {
    return JsonParser.parseString(response.body()).getAsJsonObject();
  }

  @Override
  public void close() {
    server.close();
    client.close();
  }
}
