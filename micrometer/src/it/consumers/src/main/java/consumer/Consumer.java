package consumer;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.micrometer.EngineMetrics;
import io.github.conv4j.micrometer.ShapeCacheMetrics;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.networks.PreparedNetwork;
import io.github.conv4j.networks.ShapeCache;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.GraphBuilder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Map;

/** Runs a network of one convolution and reads its meters. */
final class Consumer {
  private Consumer() {}

  public static void main(String[] args) {
    var graph = new GraphBuilder(13);
    String x =
        graph.input(
            "x",
            ElementType.FLOAT,
            new Dim.Fixed(1),
            new Dim.Fixed(1),
            new Dim.Unknown(),
            new Dim.Unknown());
    String weights = graph.constant(Constant.of(new float[] {3}, 1, 1, 1, 1));
    graph.output(graph.node("Conv", List.of(x, weights)));
    var registry = new SimpleMeterRegistry();
    try (Engine engine = Engines.named("vector");
        ShapeCache shapes =
            Network.of(graph.build()).shapeCache(engine, NetworkOptions.defaults(), 1L << 20)) {
      new EngineMetrics(engine).bindTo(registry);
      new ShapeCacheMetrics(shapes, "tripling").bindTo(registry);
      try (ShapeCache.Lease lease = shapes.acquire(Map.of("x", new long[] {1, 1, 2, 2}))) {
        require(run(lease.network()) == 21, "3 times 7 is 21");
      }
      require(read(registry, "conv4j.shapes") == 1, "one shape is prepared");
      require(read(registry, "conv4j.engine.threads") == 0, "nothing computes any more");
    }
    System.out.println("conv4j has meters");
  }

  private static float run(PreparedNetwork prepared) {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment x = arena.allocateFrom(JAVA_FLOAT, 7, 7, 7, 7);
      MemorySegment y = arena.allocate(x.byteSize(), 64);
      prepared.call().input("x", x).output(prepared.outputs().getFirst(), y).execute();
      return y.getAtIndex(JAVA_FLOAT, 3);
    }
  }

  private static double read(SimpleMeterRegistry registry, String name) {
    return registry.get(name).gauge().value();
  }

  private static void require(boolean condition, String otherwise) {
    if (!condition) {
      throw new AssertionError(otherwise);
    }
  }
}
