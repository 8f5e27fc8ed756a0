package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.contract.Thoroughness;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.pass.Passes;
import io.github.conv4j.networks.report.NetworkVerdict;
import io.github.conv4j.networks.testing.RandomGraph;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Random small networks on each engine against their definition, every tensor within its bound:
 * {@code -Dconv4j.test.graphs=20000} for more, {@code -Dconv4j.test.seed=N} for others. Each runs
 * on every engine by one or two threads in turn; by both with {@code -Dconv4j.test.thorough=true}.
 */
@Execution(ExecutionMode.CONCURRENT)
class RandomNetworksTest {
  private static final int COUNT = Integer.getInteger("conv4j.test.graphs", 120);
  private static final long SEED = Long.getLong("conv4j.test.seed", 20_250_101);
  private static final int MOST_TOLD = 10;

  private final List<String> failures = new ArrayList<>();

  @Test
  void everyTensorIsWithinItsBound() {
    int tensors = 0;
    int step = Thoroughness.step(2);
    try (Engine onednn = engine("onednn", 1);
        Engine onednn2 = engine("onednn", 2);
        Engine vector = engine("vector", 1);
        Engine vector2 = engine("vector", 2)) {
      for (int number = 0; number < COUNT && failures.size() < MOST_TOLD; number++) {
        long seed = SEED + number;
        Graph graph = RandomGraph.of(seed);
        List<Engine> engines = List.of(onednn, onednn2, vector2, vector);
        for (int i = Math.floorMod(seed, step); i < engines.size(); i += step) {
          Engine engine = engines.get(i);
          int before = failures.size();
          tensors += check(seed, graph, engine);
          if (failures.size() > before) {
            break;
          }
        }
      }
    }
    assertThat(failures).isEmpty();
    assertThat(tensors).isGreaterThan(COUNT);
  }

  private static Engine engine(String name, int threads) {
    return Engines.named(name, EngineOptions.defaults().withThreads(threads));
  }

  private int check(long seed, Graph graph, Engine engine) {
    Map<String, Constant> inputs = RandomGraph.inputs(graph, seed);
    NetworkOptions options = options(new Random(seed));
    try {
      var verifier = new NetworkVerifier(Network.of(graph), engine, options);
      NetworkVerdict verdict = verifier.verify(inputs, _ -> {});
      verdict
          .firstDivergence()
          .ifPresent(wrong -> fail(seed, engine, graph, "%s".formatted(wrong)));
      executesAsItWasObserved(seed, engine, graph, inputs, options);
      return verdict.tensors().size();
    } catch (RuntimeException | Error e) {
      var trace = new StringWriter();
      e.printStackTrace(new PrintWriter(trace));
      fail(seed, engine, graph, trace.toString().lines().limit(12).toList().toString());
      return 0;
    }
  }

  /** One pass in four is left out, one by one or all. */
  private static NetworkOptions options(Random random) {
    NetworkOptions options = NetworkOptions.defaults();
    int kind = random.nextInt(8);
    for (String pass : Passes.names()) {
      if (kind == 0 || (kind == 1 && random.nextInt(4) == 0)) {
        options = options.withoutPass(pass);
      }
    }
    return options;
  }

  /**
   * What is verified is the observed run: another one gives the same bits, and so does a second.
   */
  private void executesAsItWasObserved(
      long seed, Engine engine, Graph graph, Map<String, Constant> inputs, NetworkOptions options) {
    Map<String, long[]> dims = new HashMap<>();
    inputs.forEach((name, constant) -> dims.put(name, constant.dims()));
    try (Arena arena = Arena.ofConfined();
        PreparedNetwork prepared = Network.of(graph).prepare(engine, dims, options)) {
      NetworkCall call = prepared.call();
      for (String name : prepared.inputs()) {
        MemorySegment data = Objects.requireNonNull(inputs.get(name)).data();
        call.input(name, arena.allocate(data.byteSize(), 64).copyFrom(data));
      }
      Map<String, MemorySegment> observed = bind(prepared, call, arena);
      call.observe((_, _) -> {});
      for (int run = 0; run < 2; run++) {
        Map<String, MemorySegment> executed = bind(prepared, call, arena);
        call.execute();
        executed.forEach(
            (name, segment) -> {
              long at = segment.mismatch(Objects.requireNonNull(observed.get(name)));
              if (at >= 0) {
                fail(
                    seed, engine, graph, "%s differs at byte %d when executed".formatted(name, at));
              }
            });
      }
    }
  }

  private static Map<String, MemorySegment> bind(
      PreparedNetwork prepared, NetworkCall call, Arena arena) {
    Map<String, MemorySegment> outputs = new HashMap<>();
    for (String name : prepared.outputs()) {
      MemorySegment segment = arena.allocate(prepared.type(name).byteSize(), 64);
      segment.fill((byte) -1);
      outputs.put(name, segment);
      call.output(name, segment);
    }
    return outputs;
  }

  private void fail(long seed, Engine engine, Graph graph, String what) {
    var text = new StringBuilder();
    text.append(
        "-Dconv4j.test.seed=%d -Dconv4j.test.graphs=1: %s of %d threads: %s%n  opset %d, inputs %s, outputs %s%n"
            .formatted(
                seed,
                engine.name(),
                engine.options().threads(),
                what,
                graph.opset(),
                graph.inputs(),
                graph.outputs()));
    for (Node node : graph.nodes()) {
      text.append(
          "  %s%s %s -> %s%n"
              .formatted(node, named(node, graph), node.attributes(), node.outputs()));
    }
    failures.add(text.toString());
  }

  private static List<String> named(Node node, Graph graph) {
    return node.inputs().stream()
        .map(
            name -> {
              Constant constant = graph.constants().get(name);
              return constant == null ? name : constant.toString();
            })
        .toList();
  }
}
