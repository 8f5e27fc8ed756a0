package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Shadow;
import io.github.conv4j.engine.ShadowMismatch;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.GraphBuilder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Convolutions of a network are compared as those that are prepared alone. */
class ShadowedNetworkTest {
  private static final long[] DIMS = {1, 8, 13, 11};
  private static final long LONGEST_NANOS = TimeUnit.SECONDS.toNanos(30);

  private final SplittableRandom random = new SplittableRandom(5);
  private final Queue<ShadowMismatch> told = new ConcurrentLinkedQueue<>();

  private Constant gaussian(long... dims) {
    int count = 1;
    for (long dim : dims) {
      count *= (int) dim;
    }
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      values[i] = (float) random.nextGaussian() / 4;
    }
    return Constant.of(values, dims);
  }

  /** Two layers and a residual, so that values between steps share memory. */
  private Graph graph() {
    var b = new GraphBuilder(13);
    String x =
        b.input(
            "x",
            ElementType.FLOAT,
            new Dim.Fixed(DIMS[0]),
            new Dim.Fixed(DIMS[1]),
            new Dim.Fixed(DIMS[2]),
            new Dim.Fixed(DIMS[3]));
    Map<String, Attribute> pads = Map.of("pads", new Attribute.Ints(List.of(1L, 1L, 1L, 1L)));
    String first =
        b.node("Relu", List.of(b.node("Conv", List.of(x, b.constant(gaussian(8, 8, 3, 3))), pads)));
    String second = b.node("Conv", List.of(first, b.constant(gaussian(8, 8, 3, 3))), pads);
    b.output(b.node("Add", List.of(second, first)));
    return b.build();
  }

  @Test
  void eachConvolutionIsCompared() {
    Graph graph = graph();
    Constant x = gaussian(DIMS);
    byte[] expected;
    try (Engine engine = Engines.named("vector", EngineOptions.defaults());
        PreparedNetwork plain = Network.of(graph).prepare(engine)) {
      expected = run(plain, x);
    }
    EngineOptions options =
        EngineOptions.defaults()
            .with(Shadow.defaults().withInterval(1).withShare(1).withListener(told::add));
    try (Engine engine = Engines.named("vector", options);
        PreparedNetwork prepared = Network.of(graph).prepare(engine)) {
      long end = System.nanoTime() + LONGEST_NANOS;
      while (engine.shadowCounts().compared() < 6) {
        assertThat(run(prepared, x)).isEqualTo(expected);
        assertThat(System.nanoTime()).isLessThan(end);
      }
      assertThat(told).isEmpty();
      assertThat(engine.shadowCounts().failed()).isZero();
      assertThat(prepared.explain()).contains("computed again by reference");
      assertThat(
              new NetworkVerifier(Network.of(graph), engine, NetworkOptions.defaults())
                  .verify(Map.of("x", x), _ -> {})
                  .firstDivergence())
          .isEmpty();
    }
  }

  private static byte[] run(PreparedNetwork prepared, Constant x) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment src = arena.allocate(x.data().byteSize(), 64).copyFrom(x.data());
      String output = prepared.outputs().getFirst();
      MemorySegment dst = arena.allocate(prepared.type(output).byteSize(), 64);
      prepared.call().input("x", src).output(output, dst).execute();
      return dst.toArray(ValueLayout.JAVA_BYTE);
    }
  }
}
