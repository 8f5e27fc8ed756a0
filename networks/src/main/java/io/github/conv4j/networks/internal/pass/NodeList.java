package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Node;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Nodes in order, each found by what it reads and writes without a search: passes ask for the
 * neighbours of every node, in code that is not compiled yet. Nodes are told apart by identity.
 */
final class NodeList {
  /** Null where a node was taken out. */
  private final List<@Nullable Node> order = new ArrayList<>();

  private final IdentityHashMap<Node, Integer> positions = new IdentityHashMap<>();
  private final Map<String, Node> writers = new HashMap<>();

  /** A node once for each of its inputs. */
  private final Map<String, List<Node>> readers = new HashMap<>();

  /** Returns the nodes as they are now. */
  List<Node> list() {
    List<Node> list = new ArrayList<>(positions.size());
    for (Node node : order) {
      if (node != null) {
        list.add(node);
      }
    }
    return list;
  }

  boolean has(Node node) {
    return positions.containsKey(node);
  }

  @Nullable Node writer(String value) {
    return writers.get(value);
  }

  /** Returns the readers of a value, one once for each of its inputs that reads it. */
  List<Node> readers(String value) {
    return readers.getOrDefault(value, List.of());
  }

  /** Adds a node behind all others. */
  void add(Node node) {
    order.add(null);
    put(node, order.size() - 1);
  }

  /** Puts one node in the place of the last of several, which go. */
  void replace(List<Node> old, Node replacement) {
    int last = -1;
    for (Node node : old) {
      last = Math.max(last, remove(node));
    }
    put(replacement, last);
  }

  /** Puts several nodes in the place of one. */
  void replace(Node old, List<Node> replacements) {
    int at = remove(old);
    order.remove(at);
    order.addAll(at, Collections.nCopies(replacements.size(), null));
    positions.replaceAll(
        (_, position) -> position < at ? position : position + replacements.size() - 1);
    for (int i = 0; i < replacements.size(); i++) {
      put(replacements.get(i), at + i);
    }
  }

  /** Takes a node out; returns where it was. */
  @SuppressWarnings("ReferenceEquality") // this very node
  int remove(Node node) {
    int at = Objects.requireNonNull(positions.remove(node), "the node is none of these");
    order.set(at, null);
    for (String output : node.outputs()) {
      writers.remove(output, node);
    }
    for (String input : node.inputs()) {
      List<Node> others = readers.get(input);
      if (others != null) {
        others.removeIf(other -> other == node);
      }
    }
    return at;
  }

  private void put(Node node, int at) {
    order.set(at, node);
    positions.put(node, at);
    for (String output : node.outputs()) {
      if (!output.isEmpty()) {
        writers.put(output, node);
      }
    }
    for (String input : node.inputs()) {
      if (!input.isEmpty()) {
        readers.computeIfAbsent(input, _ -> new ArrayList<>(2)).add(node);
      }
    }
  }
}
