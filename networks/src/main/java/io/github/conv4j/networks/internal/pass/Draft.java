package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A graph while passes rewrite it, with the type of every value. Nodes stay in an order in which
 * each is behind those that it reads.
 */
public final class Draft {
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Graph origin;
  private final Map<String, TensorType> types;
  private final Map<String, Constant> constants;
  private List<Node> nodes;
  private int made;

  /**
   * Begins with a graph.
   *
   * @param types of every value
   */
  public Draft(Graph graph, Map<String, TensorType> types) {
    this.origin = graph;
    this.types = new HashMap<>(types);
    this.constants = new LinkedHashMap<>(graph.constants());
    this.nodes = new ArrayList<>(graph.nodes());
  }

  /** Returns the nodes as they are now. */
  public List<Node> nodes() {
    return List.copyOf(nodes);
  }

  /** Returns the version of ONNX's operators. */
  public int opset() {
    return origin.opset();
  }

  /** Returns what each run is given. */
  public List<ValueInfo> inputs() {
    return origin.inputs();
  }

  /** Returns what each run gives. */
  public List<ValueInfo> outputs() {
    return origin.outputs();
  }

  /** Returns the constants as they are now. */
  public Map<String, Constant> constants() {
    return constants;
  }

  /** Returns a constant, or null where the value is none. */
  public @Nullable Constant constant(String value) {
    return constants.get(value);
  }

  /** Returns the type of a value. */
  public TensorType type(String value) {
    return Objects.requireNonNull(types.get(value), value);
  }

  /** Returns the types of all values. */
  public Map<String, TensorType> types() {
    return types;
  }

  /** Whether each run gives a value to the caller. */
  public boolean isOutput(String value) {
    return origin.outputs().stream().anyMatch(output -> output.name().equals(value));
  }

  /** Whether a node reads a value, or the caller. */
  public boolean isRead(String value) {
    return !value.isEmpty() && (isOutput(value) || !readers(value).isEmpty());
  }

  /** Returns the node that writes a value, or null. */
  public @Nullable Node writer(String value) {
    for (Node node : nodes) {
      if (node.outputs().contains(value)) {
        return node;
      }
    }
    return null;
  }

  /** Returns the nodes that read a value. */
  public List<Node> readers(String value) {
    return nodes.stream().filter(node -> node.inputs().contains(value)).toList();
  }

  /** Returns the only node that reads a value, once, where nobody else sees it; else null. */
  public @Nullable Node onlyReader(String value) {
    if (isOutput(value)) {
      return null;
    }
    Node found = null;
    for (Node node : nodes) {
      for (String input : node.inputs()) {
        if (input.equals(value)) {
          if (found != null) {
            return null;
          }
          found = node;
        }
      }
    }
    return found;
  }

  /** Returns the floats of a constant, or null where the value is none. */
  public float @Nullable [] floats(String value) {
    Constant constant = constants.get(value);
    if (constant == null || constant.type() != ElementType.FLOAT) {
      return null;
    }
    var floats = new float[Math.toIntExact(constant.elementCount())];
    MemorySegment.copy(constant.data(), FLOAT, 0, floats, 0, floats.length);
    return floats;
  }

  /** Returns the only float of a constant of one element, or null where the value is none. */
  public @Nullable Float scalar(String value) {
    Constant constant = constants.get(value);
    if (constant == null || constant.type() != ElementType.FLOAT || constant.elementCount() != 1) {
      return null;
    }
    return constant.data().get(FLOAT, 0);
  }

  /** Adds a constant; returns its name. */
  public String add(float[] values, long... dims) {
    String name = newName();
    constants.put(name, Constant.of(values, dims));
    types.put(name, new TensorType(ElementType.FLOAT, dims));
    return name;
  }

  /** Returns a name that no value has. */
  public String newName() {
    String name;
    do {
      name = "conv4j:" + made++;
    } while (types.containsKey(name));
    return name;
  }

  /** Tells the type of a new value. */
  public void setType(String value, TensorType type) {
    types.put(value, type);
  }

  /** Makes a constant of a value that a node would write. */
  public void setConstant(String value, Constant constant) {
    constants.put(value, constant);
    types.put(value, new TensorType(constant.type(), constant.dims()));
  }

  /** Puts one node in the place of the last of several, which go. */
  public void replace(List<Node> old, Node replacement) {
    Set<Node> gone = identities(old);
    List<Node> kept = new ArrayList<>();
    int seen = 0;
    for (Node node : nodes) {
      if (!gone.contains(node)) {
        kept.add(node);
      } else if (++seen == gone.size()) {
        kept.add(replacement);
      }
    }
    nodes = kept;
  }

  /** Puts several nodes in the place of one. */
  public void replace(Node old, List<Node> replacements) {
    int at = nodes.indexOf(old);
    nodes.remove(at);
    nodes.addAll(at, replacements);
  }

  private static Set<Node> identities(List<Node> list) {
    return new HashSet<>(list);
  }

  /** Takes a node out; who reads {@code from} reads {@code to} from now on. */
  public void bypass(Node node, String from, String to) {
    List<Node> kept = new ArrayList<>();
    for (Node each : nodes) {
      if (each.equals(node)) {
        continue;
      }
      kept.add(each.inputs().contains(from) ? reading(each, from, to) : each);
    }
    nodes = kept;
  }

  /** Takes a node out whose only input is written by another node: that writes its output now. */
  public void takeOutput(Node node, String input, String output) {
    List<Node> kept = new ArrayList<>();
    for (Node each : nodes) {
      if (each.equals(node)) {
        continue;
      }
      List<String> outputs =
          each.outputs().stream().map(name -> name.equals(input) ? output : name).toList();
      kept.add(
          new Node(
              each.name(),
              each.domain(),
              each.operator(),
              each.inputs(),
              outputs,
              each.attributes()));
    }
    nodes = kept;
  }

  private static Node reading(Node node, String from, String to) {
    List<String> inputs =
        node.inputs().stream().map(input -> input.equals(from) ? to : input).toList();
    return new Node(
        node.name(), node.domain(), node.operator(), inputs, node.outputs(), node.attributes());
  }

  /** Takes out nodes of which nobody reads anything, and constants likewise. */
  public void removeUnread() {
    Set<String> read = new HashSet<>();
    origin.outputs().forEach(output -> read.add(output.name()));
    List<Node> kept = new ArrayList<>();
    for (Node node : nodes.reversed()) {
      if (node.outputs().stream().anyMatch(each -> read.contains(each) && constant(each) == null)) {
        kept.addFirst(node);
        read.addAll(node.inputs());
      }
    }
    nodes = kept;
    constants.keySet().retainAll(read);
  }

  /** Whether a value has these dims. */
  public boolean hasDims(String value, long... dims) {
    return Arrays.equals(type(value).dims(), dims);
  }
}
