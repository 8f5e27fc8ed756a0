package io.github.conv4j.examples.server;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Shadow;
import io.github.conv4j.examples.ocr.OcrFiles;
import io.github.conv4j.examples.ocr.TextReader;
import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.UnsupportedOperatorException;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.BindException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Serves models until the process is told to end. */
@Command(
    name = "serve",
    sortOptions = false,
    description = {
      "Serve networks over HTTP: the Open Inference Protocol at /v2, metrics at /metrics,",
      "and, with the networks of PP-OCR, a page at / that shows the text of photos."
    })
public final class ServeCommand implements Callable<Integer> {
  private static final long MEGABYTE = 1L << 20;
  private static final String NAME = "[A-Za-z0-9._-]{1,100}";

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--models",
      paramLabel = "DIR",
      description =
          "A folder whose .onnx files are served under their names; that of the build if left out.")
  private @Nullable Path models;

  @Option(
      names = "--model",
      paramLabel = "NAME=FILE",
      description = "A network and the name to serve it under; may be repeated.")
  private Map<String, Path> named = new TreeMap<>();

  @Option(names = "--host", description = "The address to listen at; ${DEFAULT-VALUE} if left out.")
  private String host = "127.0.0.1";

  @Option(names = "--port", description = "0 for a free one; ${DEFAULT-VALUE} if left out.")
  private int port = 8080;

  @Option(
      names = "--engine",
      paramLabel = "NAME",
      description = "The engine; the best if left out.")
  private @Nullable String engineName;

  @Option(
      names = "--runtime",
      paramLabel = "NAME",
      description = {
        "To compare with: another library runs the networks of /read, with as many threads:",
        "onnxruntime. The launcher fetches it on first use."
      })
  private @Nullable String runtime;

  @Option(names = "--threads", paramLabel = "N", description = "Of the engine; all if left out.")
  private @Nullable Integer threads;

  @Option(
      names = "--shadow",
      paramLabel = "N",
      description =
          "One call in N of each convolution is computed again by another engine; 0, the default,"
              + " for none.")
  private int shadow;

  @Option(
      names = "--concurrency",
      paramLabel = "N",
      description = "Requests that compute at once; as many as threads if left out.")
  private @Nullable Integer concurrency;

  @Option(
      names = "--queue",
      paramLabel = "N",
      description = "Requests that may wait; half as many as compute at once if left out.")
  private @Nullable Integer queue;

  @Option(
      names = "--wait-ms",
      paramLabel = "MS",
      description =
          "How long a request waits at most that has no header X-Deadline-Ms, up to 60000;"
              + " ${DEFAULT-VALUE} if left out.")
  private long waitMillis = 10_000;

  @Option(
      names = "--body-mb",
      paramLabel = "MB",
      description = "Of a request, at most; ${DEFAULT-VALUE} if left out.")
  private int bodyMegabytes = 16;

  @Option(
      names = "--work-mb",
      paramLabel = "MB",
      description = "Of one run, at most; ${DEFAULT-VALUE} if left out.")
  private int workMegabytes = 512;

  @Option(
      names = "--cache-mb",
      paramLabel = "MB",
      description = "Of the prepared shapes of each model; ${DEFAULT-VALUE} if left out.")
  private int cacheMegabytes = 256;

  @Option(
      names = "--manifest",
      paramLabel = "FILE",
      description = "Where the shapes that were asked for are kept, and made ready from at start.")
  private @Nullable Path manifest;

  @Option(
      names = "--warm-up-s",
      paramLabel = "S",
      description =
          "After how long no more shapes are made ready at start; ${DEFAULT-VALUE} if left out.")
  private int warmUpSeconds = 60;

  @Option(
      names = "--grace-s",
      paramLabel = "S",
      description = "How long the end waits for running requests; ${DEFAULT-VALUE} if left out.")
  private int graceSeconds = 20;

  @Override
  public Integer call() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    InferenceServer server = start();
    Runtime.getRuntime().addShutdownHook(new Thread(server::close, "shutdown"));
    PrintWriter out = spec.commandLine().getOut();
    out.printf("conv4j listens at http://%s:%d/%n", host, server.port());
    out.flush();
    if (server.awaitReady()) {
      out.printf(Locale.ROOT, "ready after %.1f s%n", (System.nanoTime() - begin) / 1e9);
      out.flush();
    }
    server.awaitClose();
    return 0;
  }

  private InferenceServer start() throws IOException {
    Map<String, Network> networks = refusing(this::networks);
    Engine engine = refusing(this::engine);
    try {
      return refusing(() -> start(networks, engine));
    } catch (RuntimeException | IOException e) {
      engine.close();
      throw e;
    }
  }

  private InferenceServer start(Map<String, Network> networks, Engine engine) throws IOException {
    Limits limits = limits(engine.options().threads());
    List<ServedModel> served = new ArrayList<>();
    networks.forEach(
        (name, network) ->
            served.add(new ServedModel(name, network, engine, cacheMegabytes * MEGABYTE, limits)));
    return InferenceServer.start(
        new ServerSettings(
            host,
            port,
            limits,
            manifest,
            Duration.ofSeconds(warmUpSeconds),
            Duration.ofSeconds(graceSeconds)),
        engine,
        served,
        textService(served, engine.options().threads(), limits));
  }

  private Limits limits(int engineThreads) {
    int running = concurrency == null ? engineThreads : concurrency;
    Limits limits =
        Limits.defaults(running)
            .withBodyBytes(bodyMegabytes * MEGABYTE)
            .withWorkBytes(workMegabytes * MEGABYTE)
            .withLongestWait(Duration.ofMillis(waitMillis));
    return queue == null ? limits : limits.withQueueLimit(queue);
  }

  private Engine engine() {
    EngineOptions options = EngineOptions.defaults().with(Shadow.defaults().withInterval(shadow));
    if (threads != null) {
      options = options.withThreads(threads);
    }
    return engineName == null ? Engines.best(options) : Engines.named(engineName, options);
  }

  private Map<String, Network> networks() throws IOException {
    Map<String, Path> files = new TreeMap<>();
    Path folder = folder();
    if (folder != null) {
      try (DirectoryStream<Path> found = Files.newDirectoryStream(folder, "*.onnx")) {
        for (Path file : found) {
          String name = String.valueOf(file.getFileName());
          files.put(name.substring(0, name.length() - ".onnx".length()), file);
        }
      }
    }
    files.putAll(named);
    if (files.isEmpty()) {
      throw new IllegalArgumentException("name the networks: --models DIR, or --model NAME=FILE");
    }
    Map<String, Network> networks = new TreeMap<>();
    files.forEach(
        (name, file) -> {
          if (!name.matches(NAME)) {
            throw new IllegalArgumentException(
                "'%s' is no name for a URL: rename it, or use --model NAME=FILE".formatted(name));
          }
          networks.put(name, Network.read(file));
        });
    return networks;
  }

  /** Returns the folder of networks; null if single ones are named alone. */
  private @Nullable Path folder() {
    String ofBuild = System.getProperty(OcrFiles.PROPERTY);
    if (models != null || !named.isEmpty() || ofBuild == null) {
      return models;
    }
    return Path.of(ofBuild);
  }

  /** Returns null where the networks that it needs are not there. */
  private @Nullable TextService textService(
      List<ServedModel> served, int engineThreads, Limits limits) {
    OcrFiles files = ocrFiles();
    if (files == null) {
      if (runtime != null) {
        throw new IllegalArgumentException(
            "--runtime is of the networks of PP-OCR, which are not among the models");
      }
      return null;
    }
    TextReader reader =
        runtime == null
            ? new TextReader(
                model(served, files.detector()).shapes(),
                model(served, files.classifier()).shapes(),
                model(served, files.recognizer()).shapes(),
                files.keys())
            : OtherRuntime.reader(runtime, files, engineThreads);
    return new TextService(reader, limits);
  }

  /** Returns null where they are not all there. */
  private @Nullable OcrFiles ocrFiles() {
    Path folder = folder();
    if (folder == null) {
      return null;
    }
    try {
      return OcrFiles.in(folder);
    } catch (IllegalArgumentException _) {
      return null;
    }
  }

  private static ServedModel model(List<ServedModel> served, Path file) {
    return served.stream()
        .filter(model -> (model.name() + ".onnx").equals(String.valueOf(file.getFileName())))
        .findFirst()
        .orElseThrow();
  }

  private interface Action<T> {
    T run() throws IOException;
  }

  /** What does not fit is the user's argument, in one sentence. */
  private <T> T refusing(Action<T> action) throws IOException {
    try {
      return action.run();
    } catch (BindException e) {
      throw new ParameterException(
          spec.commandLine(),
          "cannot listen at %s:%d: %s; choose another --port".formatted(host, port, e.getMessage()),
          e);
    } catch (InvalidModelException | UnsupportedOperatorException | IllegalArgumentException e) {
      throw new ParameterException(
          spec.commandLine(), Text.harmless(String.valueOf(e.getMessage())), e);
    }
  }
}
