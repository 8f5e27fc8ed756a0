package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What each layer alone loses by integers: beside the layer runs one that is quantized, given the
 * same floats.
 */
final class LayerErrors implements AutoCloseable {
  private final IdentityHashMap<Layer, ErrorSum> errors = new IdentityHashMap<>();

  /** What each layer writes, and what its double does. */
  private final IdentityHashMap<Layer, List<String>> pairs = new IdentityHashMap<>();

  private final ObservedRun run;

  LayerErrors(Graph graph, Selection selection, int weightBits, Engine engine) {
    var names = new Names(graph);
    Map<String, Scale> scales = new LinkedHashMap<>(selection.scales());
    List<Layer> doubles = new ArrayList<>();
    IdentityHashMap<Node, List<Node>> behind = new IdentityHashMap<>();
    Map<Layer, String> outputs = new LinkedHashMap<>();
    for (Layer layer : selection.layers()) {
      if (layer.kind() != Layer.Kind.SAME_SCALE) {
        Layer twin = twin(layer, names);
        doubles.add(twin);
        behind.put(layer.nodes().getLast(), twin.nodes());
        outputs.put(layer, twin.output());
        Scale scale = scales.get(layer.output());
        if (scale != null) {
          scales.put(twin.output(), scale);
        }
      }
    }
    List<Node> nodes = new ArrayList<>();
    for (Node node : graph.nodes()) {
      nodes.add(node);
      nodes.addAll(behind.getOrDefault(node, List.of()));
    }
    Graph both =
        new Graph(
            graph.name(), graph.opset(), graph.inputs(), graph.outputs(), graph.constants(), nodes);
    QdqGraph.Written written = QdqGraph.of(both, doubles, scales, weightBits);
    outputs.forEach(
        (layer, output) -> {
          errors.put(layer, new ErrorSum());
          pairs.put(
              layer, List.of(layer.output(), written.dequantized().getOrDefault(output, output)));
        });
    List<List<String>> groups = outputs.keySet().stream().map(pairs::get).toList();
    run = new ObservedRun(Simulation.of(written.graph()), groups, engine);
  }

  private static Layer twin(Layer layer, Names names) {
    Map<String, String> renamed = new HashMap<>();
    List<Node> nodes = new ArrayList<>();
    for (Node node : layer.nodes()) {
      List<String> inputs =
          node.inputs().stream().map(name -> renamed.getOrDefault(name, name)).toList();
      List<String> outputs = new ArrayList<>();
      for (String output : node.outputs()) {
        String other = output.isEmpty() ? "" : names.of(output, "twin");
        renamed.put(output, other);
        outputs.add(other);
      }
      nodes.add(
          new Node(
              node.name(), node.domain(), node.operator(), inputs, outputs, node.attributes()));
    }
    String output = Objects.requireNonNull(renamed.get(layer.output()));
    return new Layer(layer.kind(), nodes, layer.inputs(), List.of(output));
  }

  /** Adds what a sample shows. */
  void add(Map<String, Constant> inputs) {
    run.run(
        inputs,
        values ->
            pairs.forEach(
                (layer, pair) -> {
                  Constant expected = values.get(pair.getFirst());
                  Constant actual = values.get(pair.getLast());
                  if (expected != null && actual != null) {
                    Objects.requireNonNull(errors.get(layer)).add(expected.data(), actual.data());
                  }
                }));
  }

  /** Returns what each layer with a scale of its own loses. */
  Map<Layer, ErrorSum> errors() {
    return errors;
  }

  @Override
  public void close() {
    run.close();
  }
}
