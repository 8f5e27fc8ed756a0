package io.github.conv4j.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.PaddingMode;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineLoad;
import io.github.conv4j.engine.EngineMemory;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.junit.jupiter.api.Test;

/** Meters of an engine read what the engine tells. */
class EngineMetricsTest {
  /** Runs on a padded copy of the source, of 2 x 9 x 7 x 7, outside the heap. */
  private static final Convolution PADDED =
      Convolution.conv2d(9, 9)
          .groups(9)
          .kernel(3)
          .padding(Padding.symmetric(1).mode(PaddingMode.REFLECT))
          .bias(false)
          .build();

  private static double read(SimpleMeterRegistry registry, String name, String... tags) {
    return registry.get(name).tags(tags).gauge().value();
  }

  @Test
  void readsWhatAnEngineHoldsNow() {
    EngineOptions options = EngineOptions.defaults().withThreads(3).withQueueLimit(5);
    var registry = new SimpleMeterRegistry();
    try (Engine engine = Engines.named("vector", options)) {
      new EngineMetrics(engine, Tags.of("app", "test")).bindTo(registry);
      assertThat(read(registry, "conv4j.engine.threads", "state", "limit")).isEqualTo(3);
      assertThat(read(registry, "conv4j.engine.queue", "state", "limit")).isEqualTo(5);
      assertThat(read(registry, "conv4j.engine.threads", "state", "busy")).isZero();
      assertThat(read(registry, "conv4j.engine.memory", "holder", "working")).isZero();
      try (PreparedConvolution _ =
          engine.prepare(PADDED, TensorSpec.f32(Layout.NHWC, 2, 9, 5, 5), new float[9 * 9], null)) {
        assertThat(read(registry, "conv4j.engine.memory", "holder", "working"))
            .isEqualTo(2 * 9 * 7 * 7 * Float.BYTES);
      }
      assertThat(read(registry, "conv4j.engine.memory", "holder", "working")).isZero();
      assertThat(registry.getMeters())
          .hasSize(8)
          .extracting(Meter::getId)
          .allMatch(id -> "vector".equals(id.getTag("engine")) && "test".equals(id.getTag("app")));
    }
    assertThat(read(registry, "conv4j.engine.threads", "state", "busy")).isZero();
  }

  /** Each number its meter: none is read in the place of another. */
  @Test
  void everyNumberHasItsMeter() {
    var registry = new SimpleMeterRegistry();
    try (Engine inner = Engines.named("reference")) {
      Engine telling = telling(inner, new EngineMemory(70, 30, 11, 13), new EngineLoad(2, 17));
      new EngineMetrics(telling).bindTo(registry);
      assertThat(read(registry, "conv4j.engine.memory", "holder", "weights")).isEqualTo(11);
      assertThat(read(registry, "conv4j.engine.memory", "holder", "working")).isEqualTo(13);
      assertThat(read(registry, "conv4j.engine.compiled", "state", "used")).isEqualTo(30);
      assertThat(read(registry, "conv4j.engine.compiled", "state", "kept")).isEqualTo(40);
      assertThat(read(registry, "conv4j.engine.threads", "state", "busy")).isEqualTo(2);
      assertThat(read(registry, "conv4j.engine.queue", "state", "waiting")).isEqualTo(17);
    }
  }

  private static Engine telling(Engine inner, EngineMemory memory, EngineLoad load) {
    return (Engine)
        Proxy.newProxyInstance(
            Engine.class.getClassLoader(),
            new Class<?>[] {Engine.class},
            (_, method, arguments) -> {
              try {
                return switch (method.getName()) {
                  case "memory" -> memory;
                  case "load" -> load;
                  default -> method.invoke(inner, arguments);
                };
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
