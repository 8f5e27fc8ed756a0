package io.github.conv4j.networks.graph;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A network as it was described: nothing folded, nothing fused.
 *
 * <p><b>Memory.</b> Keeps the memory of its constants reachable. <b>Threads.</b> Immutable.
 * <b>Errors.</b> See {@link #Graph}.
 *
 * @param name for messages; may be empty
 * @param opset the version of ONNX's own operators
 * @param inputs what each run is given: constants are not among them
 * @param outputs what each run gives
 * @param constants by name
 * @param nodes each behind those that it reads
 */
public record Graph(
    String name,
    int opset,
    List<ValueInfo> inputs,
    List<ValueInfo> outputs,
    Map<String, Constant> constants,
    List<Node> nodes) {
  /**
   * Copies lists and maps and checks the names.
   *
   * @throws IllegalArgumentException if a name is written twice, a node or an output reads a name
   *     that nothing before it writes, or there is no output
   */
  public Graph {
    inputs = List.copyOf(inputs);
    outputs = List.copyOf(outputs);
    constants = Collections.unmodifiableMap(new LinkedHashMap<>(constants));
    nodes = List.copyOf(nodes);
    Set<String> known = new LinkedHashSet<>();
    for (ValueInfo input : inputs) {
      if (!known.add(input.name())) {
        throw new IllegalArgumentException("two inputs are named \"%s\"".formatted(input.name()));
      }
    }
    for (String constant : constants.keySet()) {
      if (!known.add(constant)) {
        throw new IllegalArgumentException(
            "\"%s\" is both an input and a constant".formatted(constant));
      }
    }
    for (Node node : nodes) {
      for (String read : node.inputs()) {
        if (!read.isEmpty() && !known.contains(read)) {
          throw new IllegalArgumentException(
              "%s reads \"%s\", which nothing before it writes".formatted(node, read));
        }
      }
      for (String written : node.outputs()) {
        if (!written.isEmpty() && !known.add(written)) {
          throw new IllegalArgumentException(
              "%s writes \"%s\", which is already written".formatted(node, written));
        }
      }
    }
    if (outputs.isEmpty()) {
      throw new IllegalArgumentException("the graph has no output");
    }
    Set<String> told = new HashSet<>();
    for (ValueInfo output : outputs) {
      if (!known.contains(output.name())) {
        throw new IllegalArgumentException(
            "output \"%s\" is written by nothing".formatted(output.name()));
      }
      if (!told.add(output.name())) {
        throw new IllegalArgumentException("two outputs are named \"%s\"".formatted(output.name()));
      }
    }
  }
}
