package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.wire.Excerpt;
import io.github.conv4j.networks.internal.wire.WireReader;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/**
 * The GraphProto of a model. Files have nodes before the constants that they read, so the fields
 * are passed over once for each kind: constants, inputs, nodes, outputs.
 */
final class GraphReader {
  private static final int NODE = 1;
  private static final int NAME = 2;
  private static final int INITIALIZER = 5;
  private static final int INPUT = 11;
  private static final int OUTPUT = 12;
  private static final int SPARSE_INITIALIZER = 15;

  /** They hold graphs, which are never looked into. */
  private static final Set<String> CONTROL_FLOW = Set.of("If", "Loop", "Scan", "SequenceMap");

  private final WireReader in;
  private final OpsetImports opsets;
  private final ModelMemory memory;

  private String name = "";
  private final List<ValueInfo> inputs = new ArrayList<>();
  private final List<ValueInfo> outputs = new ArrayList<>();
  private final Map<String, Constant> constants = new LinkedHashMap<>();
  private final List<Node> nodes = new ArrayList<>();

  /** Values that something before has written. */
  private final Set<String> written = new HashSet<>();

  /** The types of constants that conv4j does not have, by name. */
  private final Map<String, String> foreign = new HashMap<>();

  private GraphReader(WireReader in, OpsetImports opsets, ModelMemory memory) {
    this.in = in;
    this.opsets = opsets;
    this.memory = memory;
  }

  static Graph read(WireReader in, OpsetImports opsets, ModelMemory memory) {
    int version = opsets.version();
    var reader = new GraphReader(in, opsets, memory);
    reader.readConstants();
    reader.readInputs();
    reader.readNodes();
    reader.readOutputs();
    return new Graph(
        reader.name, version, reader.inputs, reader.outputs, reader.constants, reader.nodes);
  }

  private void readConstants() {
    in.rewind();
    while (in.next()) {
      switch (in.field()) {
        case NAME -> name = in.text(Limits.NAME_BYTES);
        case INITIALIZER -> readConstant(in.at());
        case SPARSE_INITIALIZER ->
            throw new UnsupportedOperatorException(
                "sparse_initializer",
                "the graph has a sparse constant at byte %d, which conv4j does not run"
                    .formatted(in.at()));
        default -> {}
      }
    }
  }

  private void readConstant(long at) {
    var tensor = new TensorReader(in.message(), () -> "a constant of the graph");
    if (tensor.name().isEmpty()) {
      throw new InvalidModelException("the constant at byte %d has no name".formatted(at));
    }
    write(tensor.name(), () -> "the constant at byte %d".formatted(at));
    store(tensor.name(), tensor.read(memory));
  }

  private void store(String value, StoredTensor tensor) {
    if (tensor instanceof StoredTensor.Foreign other) {
      foreign.put(value, other.type());
    } else if (tensor instanceof StoredTensor.Known known) {
      constants.put(value, known.constant());
    }
  }

  /** An input that is a constant too is one whose value need not be given, and never is. */
  private void readInputs() {
    Set<String> told = new HashSet<>();
    in.rewind();
    while (in.next()) {
      if (in.field() == INPUT) {
        long at = in.at();
        ValueInfo input = ValueInfoReader.read(in.message(), "input");
        if (!told.add(input.name())) {
          throw new InvalidModelException(
              "two inputs are named %s, the second at byte %d"
                  .formatted(Excerpt.of(input.name()), at));
        }
        if (written.add(input.name())) {
          if (input.type() == null) {
            throw new InvalidModelException(
                "input %s at byte %d has no type".formatted(Excerpt.of(input.name()), at));
          }
          inputs.add(input);
        }
      }
    }
  }

  private void readNodes() {
    int count = 0;
    in.rewind();
    while (in.next()) {
      if (in.field() == NODE) {
        if (++count > Limits.NODES) {
          throw new InvalidModelException(
              "byte %d begins one node more than the %d that a graph may have"
                  .formatted(in.at(), Limits.NODES));
        }
        readNode(new NodeReader(in.message()));
      }
    }
  }

  private void readNode(NodeReader node) {
    NodeHeader header = node.header();
    opsets.check(header);
    if (header.domain().isEmpty() && CONTROL_FLOW.contains(header.operator())) {
      throw new UnsupportedOperatorException(
          header.operator(), "%s is control flow, which conv4j does not run".formatted(header));
    }
    for (String value : node.inputs()) {
      read(value, header);
    }
    if (ConstantNode.is(header)) {
      if (!node.inputs().isEmpty() || node.outputs().size() != 1) {
        throw new InvalidModelException(
            "%s has %d inputs and %d outputs, but none and one are expected"
                .formatted(header, node.inputs().size(), node.outputs().size()));
      }
      if (node.outputs().getFirst().isEmpty()) {
        throw new InvalidModelException("%s has an output without a name".formatted(header));
      }
      store(node.outputs().getFirst(), ConstantNode.read(node, memory));
    } else {
      nodes.add(node.read(memory));
    }
    for (String value : node.outputs()) {
      if (!value.isEmpty()) {
        write(value, header::toString);
      }
    }
  }

  private void read(String value, NodeHeader node) {
    if (value.isEmpty()) {
      return;
    }
    if (!written.contains(value)) {
      throw new InvalidModelException(
          "%s reads %s, but no input, constant or node before it has that name"
              .formatted(node, Excerpt.of(value)));
    }
    String type = foreign.get(value);
    if (type != null) {
      throw new UnsupportedOperatorException(
          node.qualifiedOperator(),
          "%s reads the constant %s of %s, which conv4j does not run"
              .formatted(node, Excerpt.of(value), type));
    }
  }

  private void write(String value, Supplier<String> writer) {
    if (!written.add(value)) {
      throw new InvalidModelException(
          "%s writes %s, but an input, a constant or a node before it has that name"
              .formatted(writer.get(), Excerpt.of(value)));
    }
  }

  private void readOutputs() {
    Set<String> told = new HashSet<>();
    in.rewind();
    while (in.next()) {
      if (in.field() == OUTPUT) {
        long at = in.at();
        ValueInfo output = ValueInfoReader.read(in.message(), "output");
        String shown = Excerpt.of(output.name());
        if (!told.add(output.name())) {
          throw new InvalidModelException(
              "two outputs are named %s, the second at byte %d".formatted(shown, at));
        }
        if (!written.contains(output.name())) {
          throw new InvalidModelException(
              "output %s at byte %d is written by nothing".formatted(shown, at));
        }
        String type = foreign.get(output.name());
        if (type != null) {
          throw new UnsupportedOperatorException(
              "Constant",
              "output %s at byte %d is a constant of %s, which conv4j does not run"
                  .formatted(shown, at, type));
        }
        outputs.add(output);
      }
    }
    if (outputs.isEmpty()) {
      throw new InvalidModelException("the graph at byte %d has no output".formatted(in.at()));
    }
  }
}
