package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.wire.Excerpt;
import io.github.conv4j.networks.internal.wire.WireReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One NodeProto. Names come first and attributes on request, in whichever order the file has them.
 */
final class NodeReader {
  private static final int INPUT = 1;
  private static final int OUTPUT = 2;
  private static final int NAME = 3;
  private static final int OPERATOR = 4;
  private static final int ATTRIBUTE = 5;
  private static final int DOMAIN = 7;

  /** The node with its lists and its map, those that they are copied from, and this reader. */
  private static final int HEAP_OF_NODE = 640;

  /** Places in lists, and what remembers that the name is written. */
  private static final int HEAP_OF_VALUE = 160;

  private final WireReader in;
  private final NodeHeader header;
  private final List<String> inputs = new ArrayList<>();
  private final List<String> outputs = new ArrayList<>();

  /** Reads all but the attributes. */
  NodeReader(WireReader in) {
    this.in = in;
    long start = in.at();
    in.allowance().takeHeap(HEAP_OF_NODE, start);
    String name = "";
    String operator = "";
    String domain = "";
    while (in.next()) {
      switch (in.field()) {
        case INPUT -> inputs.add(value());
        case OUTPUT -> outputs.add(value());
        case NAME -> name = in.text(Limits.NAME_BYTES);
        case OPERATOR -> operator = in.text(Limits.NAME_BYTES);
        case DOMAIN -> domain = OpsetImports.canonical(in.text(Limits.NAME_BYTES));
        default -> {}
      }
    }
    this.header = new NodeHeader(start, name, domain, operator);
    if (operator.isEmpty()) {
      throw new InvalidModelException("%s has no operator".formatted(header));
    }
    if (inputs.isEmpty() && outputs.isEmpty()) {
      throw new InvalidModelException("%s neither reads nor writes a value".formatted(header));
    }
  }

  private String value() {
    in.allowance().takeHeap(HEAP_OF_VALUE, in.at());
    return in.text(Limits.NAME_BYTES);
  }

  NodeHeader header() {
    return header;
  }

  List<String> inputs() {
    return inputs;
  }

  List<String> outputs() {
    return outputs;
  }

  /** Hands over each attribute. */
  void attributes(Consumer<AttributeReader> sink) {
    int count = 0;
    in.rewind();
    while (in.next()) {
      if (in.field() == ATTRIBUTE) {
        if (++count > Limits.ATTRIBUTES_OF_A_NODE) {
          throw new InvalidModelException(
              "%s has more than %d attributes".formatted(header, Limits.ATTRIBUTES_OF_A_NODE));
        }
        sink.accept(new AttributeReader(in.message(), header));
      }
    }
  }

  /** Returns the whole node. */
  Node read(ModelMemory memory) {
    Map<String, Attribute> attributes = new LinkedHashMap<>();
    attributes(
        attribute -> {
          if (attributes.put(attribute.name(), attribute.read(memory)) != null) {
            throw new InvalidModelException(
                "%s has two attributes named %s".formatted(header, Excerpt.of(attribute.name())));
          }
        });
    return new Node(header.name(), header.domain(), header.operator(), inputs, outputs, attributes);
  }
}
