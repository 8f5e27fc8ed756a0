package io.github.conv4j.networks.internal.comparison;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.definition.Definitions;
import io.github.conv4j.networks.internal.definition.ElementLimits;
import io.github.conv4j.networks.internal.definition.NodeCall;
import io.github.conv4j.networks.internal.definition.OperatorVersion;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.internal.permission.Permissions;
import io.github.conv4j.networks.report.NetworkVerdict;
import io.github.conv4j.networks.report.TensorVerdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Computes a graph by its definitions, and goes on with an engine's results once compared. */
public final class Comparison {
  private final Graph graph;
  private final boolean relaxed;
  private final Permissions permissions;
  private final Consumer<Node> visited;
  private final Map<String, Tracked> tracked = new HashMap<>();
  private final Map<String, Integer> lastReaders = new HashMap<>();
  private final Map<String, List<Observed>> observed = new LinkedHashMap<>();
  private final List<TensorVerdict> verdicts = new ArrayList<>();

  /**
   * Prepares a comparison, for one run.
   *
   * @param relaxed whether the engine is of relaxed accuracy
   * @param permissions of the engine
   * @param visited is told of each node that was computed
   */
  public Comparison(Graph graph, boolean relaxed, Permissions permissions, Consumer<Node> visited) {
    this.graph = graph;
    this.relaxed = relaxed;
    this.permissions = permissions;
    this.visited = visited;
    for (int i = 0; i < graph.nodes().size(); i++) {
      for (String name : graph.nodes().get(i).inputs()) {
        lastReaders.put(name, i);
      }
    }
  }

  /** Compares all that an engine computed. */
  public NetworkVerdict run(Map<String, Constant> inputs, List<Observed> all) {
    all.forEach(each -> observed.computeIfAbsent(each.name(), _ -> new ArrayList<>()).add(each));
    for (ValueInfo input : graph.inputs()) {
      Values given = Values.of(Objects.requireNonNull(inputs.get(input.name()), input.name()));
      tracked.put(input.name(), compared(input.name(), Tracked.exact(given)));
    }
    for (int i = 0; i < graph.nodes().size(); i++) {
      Node node = graph.nodes().get(i);
      step(node);
      free(node, i);
      visited.accept(node);
    }
    return new NetworkVerdict(verdicts, List.copyOf(observed.keySet()));
  }

  private void step(Node node) {
    OperatorVersion version = Definitions.find(node, graph.opset());
    List<@Nullable Tracked> inputs = new ArrayList<>();
    List<@Nullable Values> values = new ArrayList<>();
    for (String name : node.inputs()) {
      Tracked input = name.isEmpty() ? null : get(name);
      inputs.add(input);
      values.add(input == null ? null : input.values());
    }
    List<Values> results = compute(node, version, values);
    ErrorRules.Definition again =
        (List<@Nullable Values> changed) -> compute(node, version, changed);
    var rules = new ErrorRules(node, inputs, results, again, relaxed, permissions);
    List<double @Nullable []> errors = rules.errors();
    for (int i = 0; i < results.size() && i < node.outputs().size(); i++) {
      String name = node.outputs().get(i);
      if (!name.isEmpty()) {
        boolean unseen = !observed.containsKey(name);
        Tracked result =
            compared(name, Tracked.of(results.get(i), errors.get(i), rules.productsOfResult()));
        boolean integers = unseen && ErrorRules.keepsIntegers(node, inputs);
        Tracked kept = integers ? result.asScaledIntegers() : result;
        tracked.put(name, unseen && areConstant(inputs) ? kept.asConstant() : kept);
      }
    }
  }

  private static boolean areConstant(List<@Nullable Tracked> inputs) {
    return inputs.stream().allMatch(input -> input == null || input.isConstant());
  }

  private List<Values> compute(Node node, OperatorVersion version, List<@Nullable Values> values) {
    List<@Nullable TensorType> types = new ArrayList<>();
    for (Values value : values) {
      types.add(value == null ? null : value.type());
    }
    var call = new NodeCall(node, graph.opset(), types, values::get, ElementLimits.DEFAULT);
    return version.compute(call, version.infer(call));
  }

  private Tracked get(String name) {
    Tracked known = tracked.get(name);
    if (known == null) {
      known =
          Tracked.constant(Values.of(Objects.requireNonNull(graph.constants().get(name), name)));
      tracked.put(name, known);
    }
    return known;
  }

  /** Returns the engine's values where it has any. */
  private Tracked compared(String name, Tracked expected) {
    Tracked result = expected;
    List<Observed> found = observed.get(name);
    if (found == null) {
      return expected;
    }
    List<Observed> others = new ArrayList<>();
    for (Observed each : found) {
      Values actual = Values.of(each.tensor());
      if (actual.type().equals(expected.values().type())) {
        // Copies of a result are compared with the result.
        verdicts.add(Difference.of(each, result, actual));
        result = Tracked.exact(actual);
      } else {
        others.add(each);
      }
    }
    if (others.isEmpty()) {
      observed.remove(name);
    } else {
      observed.put(name, others);
    }
    return result;
  }

  private void free(Node node, int index) {
    for (String name : node.inputs()) {
      if (lastReaders.getOrDefault(name, -1) <= index) {
        tracked.remove(name);
      }
    }
  }
}
