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
  /**
   * In more nodes it would take seconds to put others between them, {@link #replace} by several.
   */
  static final int MOST_NODES = 20_000;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final Graph origin;
  private final Set<String> outputs = new HashSet<>();
  private final Map<String, TensorType> types;
  private final Map<String, Constant> constants;

  /** Constants that were there at some time, also those that nobody reads any more. */
  private final Map<String, Constant> known;

  private final Map<String, Node> origins = new HashMap<>();
  private final NodeList nodes = new NodeList();
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
    this.known = new HashMap<>(graph.constants());
    for (Node node : graph.nodes()) {
      nodes.add(node);
      node.outputs().forEach(output -> origins.put(output, node));
    }
    graph.outputs().forEach(output -> outputs.add(output.name()));
  }

  /** Returns the nodes as they are now. */
  public List<Node> nodes() {
    return nodes.list();
  }

  /** Whether a node is still one of the nodes: this very one, not one that says the same. */
  public boolean has(Node node) {
    return nodes.has(node);
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

  /** Returns a graph of what there is now. */
  public Graph graph() {
    return new Graph(
        origin.name(), origin.opset(), origin.inputs(), origin.outputs(), constants, nodes.list());
  }

  /** Returns the constants as they are now. */
  public Map<String, Constant> constants() {
    return constants;
  }

  /** Returns a constant, or null where the value is none. */
  public @Nullable Constant constant(String value) {
    return constants.get(value);
  }

  /** Returns a constant, also one that nobody reads any more, or null where the value is none. */
  @Nullable Constant known(String value) {
    return known.get(value);
  }

  /** Returns the node of the graph that gave a value, also one that is constant by now, or null. */
  @Nullable Node origin(String value) {
    return origins.get(value);
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
    return outputs.contains(value);
  }

  /** Whether a node reads a value, or the caller. */
  public boolean isRead(String value) {
    return !value.isEmpty() && (isOutput(value) || !readers(value).isEmpty());
  }

  /** Returns the node that writes a value, or null. */
  public @Nullable Node writer(String value) {
    return nodes.writer(value);
  }

  /** Returns the nodes that read a value, in any order. */
  public List<Node> readers(String value) {
    return nodes.readers(value).stream().distinct().toList();
  }

  /** Returns the only node that reads a value, once, where nobody else sees it; else null. */
  public @Nullable Node onlyReader(String value) {
    List<Node> readers = nodes.readers(value);
    return readers.size() == 1 && !isOutput(value) ? readers.getFirst() : null;
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
    return add(Constant.of(values, dims));
  }

  /** Adds a constant; returns its name. */
  String add(Constant constant) {
    String name = newName();
    setConstant(name, constant);
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
    known.put(value, constant);
    types.put(value, new TensorType(constant.type(), constant.dims()));
  }

  /** Puts one node in the place of the last of several, which go. */
  public void replace(List<Node> old, Node replacement) {
    nodes.replace(old, replacement);
  }

  /** Puts several nodes in the place of one. */
  public void replace(Node old, List<Node> replacements) {
    nodes.replace(old, replacements);
  }

  /** Lets a node read something else. */
  public void replaceInputs(Node node, List<String> inputs) {
    nodes.replace(
        List.of(node),
        new Node(
            node.name(),
            node.domain(),
            node.operator(),
            inputs,
            node.outputs(),
            node.attributes()));
  }

  /** Takes a node out; who reads {@code from} reads {@code to} from now on. */
  public void bypass(Node node, String from, String to) {
    nodes.remove(node);
    for (Node reader : readers(from)) {
      nodes.replace(List.of(reader), reading(reader, from, to));
    }
  }

  /** Takes a node out whose only input is written by another node: that writes its output now. */
  public void takeOutput(Node node, String input, String output) {
    nodes.remove(node);
    Node writer = Objects.requireNonNull(nodes.writer(input), input);
    List<String> written =
        writer.outputs().stream().map(name -> name.equals(input) ? output : name).toList();
    nodes.replace(
        List.of(writer),
        new Node(
            writer.name(),
            writer.domain(),
            writer.operator(),
            writer.inputs(),
            written,
            writer.attributes()));
  }

  private static Node reading(Node node, String from, String to) {
    List<String> inputs =
        node.inputs().stream().map(input -> input.equals(from) ? to : input).toList();
    return new Node(
        node.name(), node.domain(), node.operator(), inputs, node.outputs(), node.attributes());
  }

  /** Takes out nodes of which nobody reads anything, and constants likewise. */
  public void removeUnread() {
    Set<String> read = new HashSet<>(outputs);
    for (Node node : nodes.list().reversed()) {
      if (isAnyRead(node, read)) {
        read.addAll(node.inputs());
      } else {
        nodes.remove(node);
      }
    }
    constants.keySet().retainAll(read);
  }

  private boolean isAnyRead(Node node, Set<String> read) {
    for (String output : node.outputs()) {
      if (read.contains(output) && constant(output) == null) {
        return true;
      }
    }
    return false;
  }

  /** Whether a value has these dims. */
  public boolean hasDims(String value, long... dims) {
    return Arrays.equals(type(value).dims(), dims);
  }
}
