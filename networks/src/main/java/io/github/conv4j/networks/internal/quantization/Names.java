package io.github.conv4j.networks.internal.quantization;

import io.github.conv4j.networks.graph.Graph;
import java.util.HashSet;
import java.util.Set;

/** The names of a graph's values, and new ones that none of them has. */
final class Names {
  private final Set<String> taken = new HashSet<>();

  Names(Graph graph) {
    graph.inputs().forEach(input -> taken.add(input.name()));
    taken.addAll(graph.constants().keySet());
    graph.nodes().forEach(node -> taken.addAll(node.outputs()));
  }

  /** Returns a name that begins with another one. */
  String of(String value, String what) {
    String base = value + "_" + what;
    String name = base;
    for (int i = 2; !taken.add(name); i++) {
      name = base + "_" + i;
    }
    return name;
  }
}
