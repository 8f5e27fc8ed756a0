package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.NetworkCall;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.networks.PreparedNetwork;
import io.github.conv4j.networks.ShapeCache;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.definition.ElementLimits;
import io.github.conv4j.networks.internal.definition.Inferrer;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Runs a graph for values of floats between its nodes too: they become outputs. Where all of them
 * together take too much memory the graph runs several times, each time for some of them.
 */
final class ObservedRun implements AutoCloseable {
  private static final long MOST_BYTES = 256L << 20;
  private static final long SHAPES_BYTES = 64L << 20;

  private final Graph graph;
  private final List<List<String>> groups;
  private final Engine engine;

  /** By the values that each of them gives. */
  private final Map<List<String>, ShapeCache> prepared = new LinkedHashMap<>();

  /** By the types of inputs. */
  private final Map<Map<String, TensorType>, List<List<String>>> chunks = new LinkedHashMap<>();

  /**
   * Begins.
   *
   * @param groups values that are wanted at the same time
   */
  ObservedRun(Graph graph, List<List<String>> groups, Engine engine) {
    this.graph = graph;
    this.groups = groups;
    this.engine = engine;
  }

  /** Runs for inputs; hands over what is wanted, group by group, until the consumer returns. */
  void run(Map<String, Constant> inputs, Consumer<Map<String, Constant>> consumer) {
    Map<String, TensorType> types = new LinkedHashMap<>();
    inputs.forEach((name, each) -> types.put(name, new TensorType(each.type(), each.dims())));
    for (List<String> chunk : chunks.computeIfAbsent(types, this::split)) {
      run(chunk, inputs, consumer);
    }
  }

  private List<List<String>> split(Map<String, TensorType> inputs) {
    Map<String, TensorType> types = Inferrer.infer(graph, inputs, ElementLimits.DEFAULT).types();
    List<List<String>> all = new ArrayList<>();
    List<String> chunk = new ArrayList<>();
    long bytes = 0;
    for (List<String> group : groups) {
      long needed = 0;
      for (String name : group) {
        TensorType type = types.get(name);
        needed += type == null ? 0 : Float.BYTES * type.elementCount();
      }
      if (bytes + needed > MOST_BYTES && !chunk.isEmpty()) {
        all.add(chunk);
        chunk = new ArrayList<>();
        bytes = 0;
      }
      group.stream().filter(name -> !graph.constants().containsKey(name)).forEach(chunk::add);
      bytes += needed;
    }
    if (!chunk.isEmpty()) {
      all.add(chunk);
    }
    return all;
  }

  private void run(
      List<String> chunk, Map<String, Constant> inputs, Consumer<Map<String, Constant>> consumer) {
    ShapeCache shapes =
        prepared.computeIfAbsent(
            chunk,
            _ ->
                Network.of(withOutputs(chunk))
                    .shapeCache(engine, NetworkOptions.defaults(), SHAPES_BYTES));
    Map<String, long[]> dims = new LinkedHashMap<>();
    inputs.forEach((name, constant) -> dims.put(name, constant.dims()));
    try (Arena arena = Arena.ofShared();
        ShapeCache.Lease lease = shapes.acquire(dims)) {
      PreparedNetwork network = lease.network();
      NetworkCall call = network.call();
      inputs.forEach(
          (name, constant) -> {
            MemorySegment data = arena.allocate(Math.max(1, constant.data().byteSize()), 64);
            call.input(name, data.copyFrom(constant.data()));
          });
      Map<String, MemorySegment> outputs = new LinkedHashMap<>();
      for (String name : network.outputs()) {
        outputs.put(name, arena.allocate(network.type(name).byteSize(), 64));
      }
      outputs.forEach(call::output);
      call.execute();
      Map<String, Constant> values = new LinkedHashMap<>();
      outputs.forEach(
          (name, data) -> {
            long[] shape = network.type(name).dims().stream().mapToLong(Long::longValue).toArray();
            values.put(name, new Constant(ElementType.FLOAT, shape, data));
          });
      consumer.accept(values);
    }
  }

  private Graph withOutputs(List<String> names) {
    List<ValueInfo> outputs =
        names.stream().distinct().map(name -> new ValueInfo(name, null, null)).toList();
    return new Graph(
        graph.name(), graph.opset(), graph.inputs(), outputs, graph.constants(), graph.nodes());
  }

  @Override
  public void close() {
    prepared.values().forEach(ShapeCache::close);
  }
}
