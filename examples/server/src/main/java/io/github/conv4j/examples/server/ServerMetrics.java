package io.github.conv4j.examples.server;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineMemory;
import io.github.conv4j.engine.ShadowCounts;
import io.github.conv4j.networks.NetworkMemory;
import io.github.conv4j.networks.ShapeCache;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.CounterWithCallback;
import io.prometheus.metrics.core.metrics.GaugeWithCallback;
import io.prometheus.metrics.core.metrics.Histogram;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import io.prometheus.metrics.model.registry.PrometheusRegistry;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;

/**
 * What the server counts, in Prometheus' text format. Labels are names of ours, never what clients
 * wrote, so that there are few of them.
 */
final class ServerMetrics {
  static final String MEDIA_TYPE = PrometheusTextFormatWriter.CONTENT_TYPE;

  private static final double[] SECONDS = {
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30
  };

  private final PrometheusRegistry registry = new PrometheusRegistry();
  private final Counter requests;
  private final Histogram durations;

  ServerMetrics() {
    this.requests =
        Counter.builder()
            .name("conv4j_requests_total")
            .help("Requests that were answered.")
            .labelNames("model", "status")
            .register(registry);
    this.durations =
        Histogram.builder()
            .name("conv4j_request_duration_seconds")
            .help("Of requests that were computed, from their headers to the end of the answer.")
            .labelNames("model")
            .classicOnly()
            .classicUpperBounds(SECONDS)
            .register(registry);
  }

  /** Adds what others count. */
  void watch(Engine engine, Collection<ServedModel> models, Admission admission) {
    GaugeWithCallback.builder()
        .name("conv4j_requests_active")
        .help("Requests that are here, by what they do.")
        .labelNames("state")
        .callback(
            gauge -> {
              gauge.call(admission.runningCount(), "running");
              gauge.call(admission.waitingCount(), "waiting");
            })
        .register(registry);
    GaugeWithCallback.builder()
        .name("conv4j_requests_held_bytes")
        .help("Bytes of the bodies and outputs of all requests that are here.")
        .callback(gauge -> gauge.call((double) admission.heldBytes()))
        .register(registry);
    GaugeWithCallback.builder()
        .name("conv4j_engine_memory_bytes")
        .help("Memory outside of the Java heap, as the engine counts it.")
        .labelNames("engine", "kind")
        .callback(gauge -> tell(gauge, engine))
        .register(registry);
    CounterWithCallback.builder()
        .name("conv4j_shadow_total")
        .help("Calls of convolutions that were copied for another engine, and what became of them.")
        .labelNames("engine", "event")
        .callback(counter -> tellShadow(counter, engine))
        .register(registry);
    GaugeWithCallback.builder()
        .name("conv4j_shapes_bytes")
        .help("Memory of the prepared shapes of a model, on the Java heap and outside of it.")
        .labelNames("model", "kind")
        .callback(gauge -> models.forEach(model -> tell(gauge, model)))
        .register(registry);
    CounterWithCallback.builder()
        .name("conv4j_shapes_total")
        .help("Shapes of a model that were found prepared, had to be prepared, or were let go.")
        .labelNames("model", "event")
        .callback(
            counter ->
                models.forEach(
                    model -> {
                      ShapeCache.Statistics now = model.shapes().statistics();
                      counter.call((double) now.hitCount(), model.name(), "hit");
                      counter.call((double) now.missCount(), model.name(), "miss");
                      counter.call((double) now.evictionCount(), model.name(), "eviction");
                    }))
        .register(registry);
  }

  private static void tell(GaugeWithCallback.Callback gauge, Engine engine) {
    EngineMemory memory = engine.memory();
    gauge.call((double) memory.compiledBytes(), engine.name(), "compiled");
    gauge.call((double) memory.weightsBytes(), engine.name(), "weights");
    gauge.call((double) memory.workingBytes(), engine.name(), "working");
  }

  private static void tell(GaugeWithCallback.Callback gauge, ServedModel model) {
    NetworkMemory memory = model.shapes().memory();
    long weights = memory.weightsBytes() + memory.weightsHeapBytes();
    long scratchpads = memory.scratchpadBytes() + memory.scratchpadHeapBytes();
    gauge.call((double) weights, model.name(), "weights");
    gauge.call((double) memory.arenaBytes(), model.name(), "arenas");
    gauge.call((double) scratchpads, model.name(), "scratchpads");
  }

  private static void tellShadow(CounterWithCallback.Callback counter, Engine engine) {
    ShadowCounts counts = engine.shadowCounts();
    counter.call((double) counts.sampled(), engine.name(), "sampled");
    counter.call((double) counts.dropped(), engine.name(), "dropped");
    counter.call((double) counts.compared(), engine.name(), "compared");
    counter.call((double) counts.mismatches(), engine.name(), "mismatch");
    counter.call((double) counts.failed(), engine.name(), "failed");
  }

  /** Counts an answer. */
  void count(String model, int status) {
    requests.labelValues(model, Integer.toString(status)).inc();
  }

  /** Counts how long a request took that was computed. */
  void time(String model, long nanos) {
    durations.labelValues(model).observe(nanos / 1e9);
  }

  String text() {
    var out = new ByteArrayOutputStream();
    try {
      PrometheusTextFormatWriter.create().write(out, registry.scrape());
    } catch (IOException e) {
      throw new AssertionError("memory takes all bytes", e);
    }
    return out.toString(StandardCharsets.UTF_8);
  }
}
