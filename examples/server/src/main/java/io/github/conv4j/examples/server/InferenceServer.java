package io.github.conv4j.examples.server;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.WarmUpManifest;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Serves models over HTTP, a virtual thread a request. Listens at once, is ready after the warm-up,
 * and owns the engine and what runs on it.
 */
final class InferenceServer implements AutoCloseable {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j.examples.server");

  private static final Duration SAVE_INTERVAL = Duration.ofMinutes(1);
  private static final int BACKLOG = 128;
  private static final int NO_BODY = -1;

  private enum State {
    STARTING,
    READY,
    STOPPING
  }

  private final ServerSettings settings;
  private final Engine engine;
  private final Map<String, ServedModel> models = new LinkedHashMap<>();
  private final @Nullable TextService text;
  private final WarmUpManifest manifest;
  private final Admission admission;
  private final Inference inference;
  private final ServerMetrics metrics = new ServerMetrics();
  private final HttpServer http;
  private final ExecutorService handlers = Executors.newVirtualThreadPerTaskExecutor();
  private final AtomicReference<State> state = new AtomicReference<>(State.STARTING);
  private final CountDownLatch ready = new CountDownLatch(1);
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final CountDownLatch stopped = new CountDownLatch(1);

  private InferenceServer(
      ServerSettings settings,
      Engine engine,
      List<ServedModel> models,
      @Nullable TextService text,
      WarmUpManifest manifest)
      throws IOException {
    this.settings = settings;
    this.engine = engine;
    models.forEach(model -> this.models.put(model.name(), model));
    this.text = text;
    this.manifest = manifest;
    this.admission = new Admission(settings.limits());
    this.inference = new Inference(settings.limits());
    metrics.watch(engine, models, admission);
    this.http = HttpServer.create(new InetSocketAddress(settings.host(), settings.port()), BACKLOG);
    http.setExecutor(handlers);
    http.createContext("/", this::handle);
  }

  /**
   * Starts a server, which closes engine, models and text service when it is closed.
   *
   * @throws IllegalArgumentException if the manifest is not well-formed; names the line
   * @throws IOException if the port is taken, or the manifest cannot be read
   */
  static InferenceServer start(
      ServerSettings settings, Engine engine, List<ServedModel> models, @Nullable TextService text)
      throws IOException {
    HttpServerLimits.set(settings.limits());
    Path file = settings.manifest();
    WarmUpManifest manifest =
        file != null && Files.exists(file) ? WarmUpManifest.read(file) : new WarmUpManifest();
    models.forEach(model -> model.shapes().recordInto(manifest, model.name()));
    var server = new InferenceServer(settings, engine, models, text, manifest);
    server.http.start();
    server.handlers.execute(server::warmUp);
    server.handlers.execute(server::saveNowAndThen);
    return server;
  }

  private void warmUp() {
    try {
      new WarmUp(engine, models.values(), text, manifest, settings.warmUp()).run();
    } catch (RuntimeException | Error e) {
      if (state.get() != State.STOPPING) {
        LOG.log(Level.WARNING, "the warm-up failed, so the first requests will take longer", e);
      }
    } finally {
      state.compareAndSet(State.STARTING, State.READY);
      ready.countDown();
    }
  }

  /** Waits until the warm-up is over; returns false if the server was closed before. */
  boolean awaitReady() throws InterruptedException {
    ready.await();
    return state.get() == State.READY;
  }

  /** Waits until the server is closed. */
  void awaitClose() throws InterruptedException {
    stopped.await();
  }

  /** Returns the port that it listens at. */
  int port() {
    return http.getAddress().getPort();
  }

  // ---- requests ---------------------------------------------------------------------------------

  private void handle(HttpExchange exchange) {
    long begin = System.nanoTime();
    var request = new Request(exchange);
    Route route = Route.of(request.path());
    String label = models.containsKey(route.model()) ? route.model() : route.label();
    try (exchange;
        Admission.Claim claim = admission.claim();
        Answer answer = answer(route, request, claim)) {
      send(exchange, answer);
      metrics.count(label, answer.status());
      if (route.computes() && answer.status() == Answer.OK) {
        metrics.time(label, System.nanoTime() - begin);
      }
    } catch (IOException e) {
      LOG.log(Level.DEBUG, "a client has gone", e);
    }
  }

  private Answer answer(Route route, Request request, Admission.Claim claim) throws IOException {
    try {
      return route(route, request, claim);
    } catch (HttpException e) {
      return error(e);
    } catch (OutOfMemoryError e) {
      LOG.log(Level.WARNING, "no memory for a request", e);
      return error(new HttpException(HttpException.UNAVAILABLE, "there is no memory for it now"));
    } catch (RuntimeException | StackOverflowError e) {
      if (state.get() == State.STOPPING) {
        return error(notReady());
      }
      LOG.log(Level.ERROR, "a request failed", e);
      return error(
          new HttpException(
              HttpException.INTERNAL, "the server failed; its log tells where: not your fault"));
    }
  }

  private static Answer error(HttpException e) {
    return Answer.error(e.status(), String.valueOf(e.getMessage()), e.headers());
  }

  private Answer route(Route route, Request request, Admission.Claim claim) throws IOException {
    route.requireMethod(request.method());
    if (request.method().equals("POST")) {
      request.requireOwnOrigin();
    }
    return switch (route.what()) {
      case PAGE -> page();
      case METRICS -> Answer.bytes(Answer.OK, ServerMetrics.MEDIA_TYPE, metrics.text());
      case SERVER -> Answer.json(Answer.OK, metadata());
      case LIVE -> Answer.json(Answer.OK, flag("live"));
      case READY -> {
        requireReady();
        yield Answer.json(Answer.OK, flag("ready"));
      }
      case MODEL -> Answer.json(Answer.OK, model(route).metadata());
      case MODEL_READY -> {
        JsonObject json = flag("ready");
        json.addProperty("name", model(route).name());
        requireReady();
        yield Answer.json(Answer.OK, json);
      }
      case INFER -> {
        ServedModel model = model(route);
        yield computed(
            request,
            claim,
            (body, deadline) -> inference.run(model, request, body, deadline, claim));
      }
      case READ -> {
        TextService reader = text;
        if (reader == null) {
          throw new HttpException(
              HttpException.NOT_FOUND, "this server was started without the networks of PP-OCR");
        }
        yield computed(request, claim, (body, _) -> reader.read(request, body, claim));
      }
      case NOTHING ->
          throw new HttpException(
              HttpException.NOT_FOUND, "there is nothing here: see v2, v2/models/NAME, metrics");
    };
  }

  private interface Computation {
    Answer run(byte[] body, Deadline deadline);
  }

  /** Who cannot be served in time is refused as early as that can be known. */
  private Answer computed(Request request, Admission.Claim claim, Computation computation)
      throws IOException {
    requireReady();
    Deadline deadline =
        Deadline.of(request.header(Deadline.HEADER), settings.limits().longestWait());
    admission.requirePlace();
    request.claimBody(claim, settings.limits().bodyBytes());
    byte[] body = request.body(settings.limits().bodyBytes());
    try (Admission.Turn _ = admission.await(deadline)) {
      return computation.run(body, deadline);
    }
  }

  private void requireReady() {
    if (state.get() != State.READY) {
      throw notReady();
    }
  }

  private HttpException notReady() {
    return new HttpException(
        HttpException.UNAVAILABLE,
        state.get() == State.STOPPING
            ? "the server is shutting down"
            : "the server is warming up: try again later");
  }

  private ServedModel model(Route route) {
    ServedModel model = models.get(route.model());
    if (model == null) {
      throw new HttpException(
          HttpException.NOT_FOUND,
          "there is no model \"%s\": there are %s"
              .formatted(Text.harmless(route.model()), models.keySet()));
    }
    return model;
  }

  private JsonObject metadata() {
    var json = new JsonObject();
    json.addProperty("name", "conv4j");
    json.addProperty(
        "version",
        Objects.requireNonNullElse(Engine.class.getPackage().getImplementationVersion(), "0"));
    var extensions = new JsonArray();
    extensions.add("binary_tensor_data");
    json.add("extensions", extensions);
    var names = new JsonArray();
    models.keySet().forEach(names::add);
    json.add("models", names);
    return json;
  }

  private static JsonObject flag(String name) {
    var json = new JsonObject();
    json.addProperty(name, true);
    return json;
  }

  private static Answer page() throws IOException {
    try (InputStream in = InferenceServer.class.getResourceAsStream("page.html")) {
      String html = new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8);
      return new Answer.Bytes(
          Answer.OK,
          Map.of(
              "Content-Type",
              "text/html; charset=utf-8",
              "Content-Security-Policy",
              "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline';"
                  + " img-src 'self' blob: data:; connect-src 'self'"),
          html.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void send(HttpExchange exchange, Answer answer) throws IOException {
    var headers = exchange.getResponseHeaders();
    answer.headers().forEach(headers::set);
    headers.set("X-Content-Type-Options", "nosniff");
    if (state.get() == State.STOPPING) {
      headers.set("Connection", "close");
    }
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.sendResponseHeaders(answer.status(), NO_BODY);
      return;
    }
    exchange.sendResponseHeaders(answer.status(), answer.length());
    try (OutputStream out = exchange.getResponseBody()) {
      answer.writeTo(out);
    }
  }

  // ---- the end ----------------------------------------------------------------------------------

  private void saveNowAndThen() {
    long saved = missCount();
    try {
      while (!stopping.await(SAVE_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
        long now = missCount();
        if (now != saved && state.get() == State.READY) {
          save();
          saved = now;
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private long missCount() {
    return models.values().stream().mapToLong(m -> m.shapes().statistics().missCount()).sum();
  }

  private synchronized void save() {
    Path file = settings.manifest();
    if (file == null) {
      return;
    }
    try {
      manifest.write(file);
    } catch (IOException e) {
      LOG.log(Level.WARNING, "the manifest cannot be written: {0}", e.toString());
    }
  }

  /**
   * Takes no more requests, waits for those that are here, keeps the manifest, and frees
   * everything. Further calls wait for the first.
   */
  @Override
  public void close() {
    State before = state.getAndSet(State.STOPPING);
    if (before == State.STOPPING) {
      awaitQuietly(stopped);
      return;
    }
    stopping.countDown();
    ready.countDown();
    try {
      http.stop((int) settings.grace().toSeconds());
      // What was not replayed yet would stand where what was seen last belongs.
      if (before == State.READY) {
        save();
      }
    } finally {
      handlers.shutdownNow();
      try {
        models.values().forEach(ServedModel::close);
        if (text != null) {
          text.close();
        }
      } finally {
        try {
          engine.close();
        } finally {
          stopped.countDown();
        }
      }
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
