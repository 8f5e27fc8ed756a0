package io.github.conv4j.networks.graph;

import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * One operator of a graph.
 *
 * <p><b>Memory.</b> Holds its attributes. <b>Threads.</b> Immutable. <b>Errors.</b> {@link
 * NullPointerException} where something is null.
 *
 * @param name for messages; may be empty
 * @param domain empty for ONNX's own operators
 * @param operator for example {@code Conv}
 * @param inputs the names of values; an empty one stands for an optional input that is absent
 * @param outputs likewise
 * @param attributes by name
 */
public record Node(
    String name,
    String domain,
    String operator,
    List<String> inputs,
    List<String> outputs,
    Map<String, Attribute> attributes) {
  /** Copies the lists and the map. */
  public Node {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(domain, "domain");
    Objects.requireNonNull(operator, "operator");
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    attributes = Map.copyOf(attributes);
  }

  /** Whether the node is given an input. */
  public boolean hasInput(int index) {
    return index < inputs.size() && !inputs.get(index).isEmpty();
  }

  @Override
  public String toString() {
    return (domain.isEmpty() ? operator : domain + "." + operator)
        + (name.isEmpty() ? "" : " \"" + name + "\"");
  }
}
