package io.github.conv4j.networks.internal.definition;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Runs a graph node by node, each as it is defined: slow, and what fast code is compared with.
 *
 * <p><b>Memory.</b> Keeps a value until the last node that reads it. <b>Threads.</b> May be shared;
 * a run uses the common pool for convolutions and products. <b>Errors.</b> See {@link #run}.
 */
public final class ReferenceExecutor {
  /** Whether values between nodes are rounded to their element types. */
  public enum Rounding {
    /** Real numbers stay in double precision, whatever their type is. */
    NONE,
    /** Every tensor is rounded to its type, as by an engine that computes each node exactly. */
    EACH_TENSOR
  }

  /** Is told of every tensor that a run computes. */
  @FunctionalInterface
  public interface Observer {
    /** Is told of one output of a node. */
    void computed(Node node, String name, Values values);
  }

  private static final Observer NOBODY = (node, name, values) -> {};

  private final Graph graph;
  private final ElementLimits limits;
  private final Rounding rounding;
  private final List<OperatorVersion> versions = new ArrayList<>();
  private final Map<String, Integer> lastReaders = new HashMap<>();

  /**
   * Looks up what each node means.
   *
   * @throws InvalidModelException if a node has inputs, outputs or attributes that its operator
   *     does not have
   * @throws io.github.conv4j.networks.UnsupportedOperatorException if an operator is not supported
   */
  public ReferenceExecutor(Graph graph, ElementLimits limits, Rounding rounding) {
    this.graph = graph;
    this.limits = limits;
    this.rounding = rounding;
    for (int i = 0; i < graph.nodes().size(); i++) {
      Node node = graph.nodes().get(i);
      versions.add(Definitions.find(node, graph.opset()));
      for (String name : node.inputs()) {
        lastReaders.put(name, i);
      }
    }
    for (ValueInfo output : graph.outputs()) {
      lastReaders.put(output.name(), Integer.MAX_VALUE);
    }
  }

  /** Creates an executor that rounds nothing, with the usual limits. */
  public ReferenceExecutor(Graph graph) {
    this(graph, ElementLimits.DEFAULT, Rounding.NONE);
  }

  /**
   * Runs the graph and returns its outputs by name.
   *
   * @throws IllegalArgumentException if an input is missing or is not what the graph says
   * @throws InvalidModelException if a node cannot be computed, or a limit is exceeded
   */
  public Map<String, Values> run(Map<String, Values> inputs) {
    return run(inputs, NOBODY);
  }

  /** Runs the graph, tells of every tensor on the way, and returns its outputs by name. */
  public Map<String, Values> run(Map<String, Values> inputs, Observer observer) {
    Run run = new Run(inputs);
    for (int i = 0; i < versions.size(); i++) {
      run.step(i, observer);
    }
    Map<String, Values> outputs = new LinkedHashMap<>();
    for (ValueInfo output : graph.outputs()) {
      outputs.put(output.name(), run.get(output.name()));
    }
    return outputs;
  }

  /** The values of one run that are still needed. */
  private final class Run {
    private final Map<String, Values> values = new HashMap<>();
    private long liveElements;

    Run(Map<String, Values> inputs) {
      for (ValueInfo input : graph.inputs()) {
        Values given = inputs.get(input.name());
        if (given == null) {
          throw new IllegalArgumentException(
              "input \"%s\" is missing; given are %s".formatted(input.name(), inputs.keySet()));
        }
        Inferrer.requireInput(input, given.type());
        put(input.name(), given);
      }
    }

    private void put(String name, Values value) {
      Inferrer.requireWithin(name, value.type(), limits);
      values.put(name, value);
      liveElements += value.size();
    }

    private void requireRoom(Node node, long elements) {
      if (liveElements + elements > limits.liveElements()) {
        throw new InvalidModelException(
            "%s needs %d elements beside %d others, more than the limit of %d"
                .formatted(node, elements, liveElements, limits.liveElements()));
      }
    }

    Values get(String name) {
      Values value = values.get(name);
      if (value == null) {
        Constant constant = graph.constants().get(name);
        if (constant == null) {
          throw new IllegalStateException("\"%s\" is not computed".formatted(name));
        }
        TensorType type = new TensorType(constant.type(), constant.dims());
        Inferrer.requireWithin(name, type, limits);
        value = Values.of(constant);
        put(name, value);
      }
      return value;
    }

    void step(int index, Observer observer) {
      Node node = graph.nodes().get(index);
      OperatorVersion version = versions.get(index);
      List<@Nullable TensorType> types = new ArrayList<>();
      for (String name : node.inputs()) {
        types.add(name.isEmpty() ? null : get(name).type());
      }
      NodeCall call =
          new NodeCall(node, graph.opset(), types, input -> get(node.inputs().get(input)), limits);
      List<TensorType> outputs = version.infer(call);
      requireRoom(node, outputs.stream().mapToLong(TensorType::elementCount).sum());
      List<Values> results = version.compute(call, outputs);
      for (int i = 0; i < node.outputs().size() && i < results.size(); i++) {
        String name = node.outputs().get(i);
        if (!name.isEmpty()) {
          Values result =
              rounding == Rounding.EACH_TENSOR ? results.get(i).rounded() : results.get(i);
          put(name, result);
          observer.computed(node, name, result);
        }
      }
      free(node, index);
    }

    private void free(Node node, int index) {
      for (List<String> names : List.of(node.inputs(), node.outputs())) {
        for (String name : names) {
          if (lastReaders.getOrDefault(name, -1) <= index) {
            Values freed = values.remove(name);
            liveElements -= freed == null ? 0 : freed.size();
          }
        }
      }
    }
  }
}
