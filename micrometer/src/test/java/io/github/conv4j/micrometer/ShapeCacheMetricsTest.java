package io.github.conv4j.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.NetworkMemory;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.networks.ShapeCache;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.GraphBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Meters of a cache read what the cache tells. */
class ShapeCacheMetricsTest {
  private static Network network() {
    var b = new GraphBuilder(13);
    String x =
        b.input(
            "x",
            ElementType.FLOAT,
            new Dim.Fixed(1),
            new Dim.Fixed(1),
            new Dim.Unknown(),
            new Dim.Unknown());
    String weights = b.constant(Constant.of(new float[8 * 9], 8, 1, 3, 3));
    String more = b.constant(Constant.of(new float[8 * 8 * 9], 8, 8, 3, 3));
    Map<String, Attribute> pads = Map.of("pads", new Attribute.Ints(List.of(1L, 1L, 1L, 1L)));
    b.output(b.node("Conv", List.of(b.node("Conv", List.of(x, weights), pads), more), pads));
    return Network.of(b.build());
  }

  private static double memory(SimpleMeterRegistry registry, String holder, String area) {
    return registry
        .get("conv4j.shapes.memory")
        .tags("cache", "net", "holder", holder, "area", area)
        .gauge()
        .value();
  }

  private static double leases(SimpleMeterRegistry registry, String result) {
    return registry.get("conv4j.shapes.leases").tag("result", result).functionCounter().count();
  }

  private static void acquire(ShapeCache cache, long size) {
    cache.acquire(Map.of("x", new long[] {1, 1, size, size})).close();
  }

  @Test
  void readsWhatACacheHoldsAndDid() {
    var registry = new SimpleMeterRegistry();
    try (Engine engine = Engines.named("vector")) {
      ShapeCache cache = network().shapeCache(engine, NetworkOptions.defaults(), 200_000);
      try (cache) {
        new ShapeCacheMetrics(cache, "net").bindTo(registry);
        acquire(cache, 8);
        acquire(cache, 8);
        acquire(cache, 9);
        NetworkMemory held = cache.memory();
        assertThat(held.weightsHeapBytes()).isPositive();
        assertThat(held.arenaBytes()).isPositive();
        assertThat(memory(registry, "weights", "heap")).isEqualTo((double) held.weightsHeapBytes());
        assertThat(memory(registry, "weights", "nonheap")).isEqualTo((double) held.weightsBytes());
        assertThat(memory(registry, "arenas", "nonheap")).isEqualTo((double) held.arenaBytes());
        assertThat(memory(registry, "scratchpads", "nonheap"))
            .isEqualTo((double) held.scratchpadBytes());
        assertThat(memory(registry, "scratchpads", "heap"))
            .isEqualTo((double) held.scratchpadHeapBytes());
        assertThat(registry.get("conv4j.shapes").gauge().value()).isEqualTo(2);
        assertThat(registry.get("conv4j.shapes.limit").gauge().value()).isEqualTo(200_000);
        assertThat(leases(registry, "hit")).isEqualTo(1);
        assertThat(leases(registry, "miss")).isEqualTo(2);
        for (int size = 10; size < 20; size++) {
          acquire(cache, size);
        }
        assertThat(registry.get("conv4j.shapes.evictions").functionCounter().count())
            .isPositive()
            .isEqualTo((double) cache.statistics().evictionCount());
      }
      assertThat(memory(registry, "weights", "heap")).isZero();
      assertThat(memory(registry, "arenas", "nonheap")).isZero();
    }
  }
}
