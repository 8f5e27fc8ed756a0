package io.github.conv4j.networks.internal.onnx;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.wire.WireWriter;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Writes a graph as a model: constants as initializers with raw data, everything in one file. The
 * same graph always becomes the same bytes.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/onnx/onnx.proto">onnx.proto</a>
 */
public final class ModelWriter {
  /** The ModelProto. */
  private static final int IR_VERSION = 1;

  private static final int PRODUCER = 2;
  private static final int GRAPH = 7;
  private static final int OPSET_IMPORT = 8;

  /** The GraphProto. */
  private static final int NODE = 1;

  private static final int GRAPH_NAME = 2;
  private static final int INITIALIZER = 5;
  private static final int INPUT = 11;
  private static final int OUTPUT = 12;

  private ModelWriter() {}

  /**
   * Writes a file, which is there whole or not at all: a model that it replaces may be mapped.
   *
   * @throws IllegalArgumentException if the model would be larger than a message of protobuf may be
   * @throws IOException if it cannot be written
   */
  public static void write(Graph graph, Path file) throws IOException {
    WireWriter model = model(graph);
    requireFits(model.byteSize());
    Path target = file.toAbsolutePath();
    Path unfinished =
        target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + ".part");
    try {
      try (OutputStream out =
          new BufferedOutputStream(
              Files.newOutputStream(unfinished, StandardOpenOption.CREATE_NEW))) {
        model.writeTo(out);
      }
      Files.move(unfinished, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(unfinished);
    }
  }

  /** Returns a model as bytes, which is for small ones. */
  public static byte[] bytes(Graph graph) {
    var out = new ByteArrayOutputStream();
    try {
      model(graph).writeTo(out);
    } catch (IOException e) {
      throw new AssertionError("memory takes all bytes", e);
    }
    return out.toByteArray();
  }

  /** Refuses what no reader of protobuf takes. */
  static void requireFits(long byteSize) {
    if (byteSize > Limits.FILE_BYTES) {
      throw new IllegalArgumentException(
          "the model would have %d bytes, but a message of protobuf has at most %d: external data is not written"
              .formatted(byteSize, Limits.FILE_BYTES));
    }
  }

  private static WireWriter model(Graph graph) {
    var model =
        new WireWriter()
            .varint(IR_VERSION, irVersion(graph.opset()))
            .text(PRODUCER, "conv4j")
            .message(GRAPH, graph(graph))
            .message(OPSET_IMPORT, new WireWriter().text(1, "").varint(2, graph.opset()));
    for (String domain : domains(graph)) {
      model.message(OPSET_IMPORT, new WireWriter().text(1, domain).varint(2, 1));
    }
    return model;
  }

  /** Returns the first version of ONNX's format that has the operators. */
  private static int irVersion(int opset) {
    if (opset <= 18) {
      return 8;
    }
    return opset <= 20 ? 9 : opset <= 22 ? 10 : 11;
  }

  private static Set<String> domains(Graph graph) {
    var domains = new TreeSet<String>();
    graph.nodes().forEach(node -> domains.add(node.domain()));
    domains.remove("");
    return domains;
  }

  private static WireWriter graph(Graph graph) {
    var message = new WireWriter().text(GRAPH_NAME, graph.name());
    graph.nodes().forEach(node -> message.message(NODE, node(node)));
    graph.constants().forEach((name, each) -> message.message(INITIALIZER, tensor(name, each)));
    graph.inputs().forEach(input -> message.message(INPUT, value(input)));
    graph.outputs().forEach(output -> message.message(OUTPUT, value(output)));
    return message;
  }

  private static WireWriter node(Node node) {
    var message = new WireWriter();
    node.inputs().forEach(input -> message.text(1, input));
    node.outputs().forEach(output -> message.text(2, output));
    message.text(3, node.name()).text(4, node.operator());
    new TreeMap<>(node.attributes())
        .forEach((name, attribute) -> message.message(5, attribute(name, attribute)));
    return message.text(7, node.domain());
  }

  private static WireWriter attribute(String name, Attribute attribute) {
    var message = new WireWriter().text(1, name);
    AttributeType type =
        switch (attribute) {
          case Attribute.Real real -> {
            message.float32(AttributeType.FLOAT.field(), real.value());
            yield AttributeType.FLOAT;
          }
          case Attribute.Int integer -> {
            message.varint(AttributeType.INT.field(), integer.value());
            yield AttributeType.INT;
          }
          case Attribute.Text text -> {
            message.text(AttributeType.STRING.field(), text.value());
            yield AttributeType.STRING;
          }
          case Attribute.Tensor tensor -> {
            message.message(AttributeType.TENSOR.field(), tensor("", tensor.value()));
            yield AttributeType.TENSOR;
          }
          case Attribute.Reals reals -> {
            reals.values().forEach(each -> message.float32(AttributeType.FLOATS.field(), each));
            yield AttributeType.FLOATS;
          }
          case Attribute.Ints integers -> {
            integers.values().forEach(each -> message.varint(AttributeType.INTS.field(), each));
            yield AttributeType.INTS;
          }
          case Attribute.Texts texts -> {
            texts.values().forEach(each -> message.text(AttributeType.STRINGS.field(), each));
            yield AttributeType.STRINGS;
          }
        };
    return message.varint(20, type.number());
  }

  private static WireWriter tensor(String name, Constant constant) {
    var message = new WireWriter();
    for (long dim : constant.dims()) {
      message.varint(1, dim);
    }
    return message
        .varint(2, ElementTypes.number(constant.type()))
        .text(8, name)
        .bytes(9, constant.data());
  }

  private static WireWriter value(ValueInfo value) {
    var message = new WireWriter().text(1, value.name());
    var tensor = new WireWriter();
    ElementType type = value.type();
    if (type != null) {
      tensor.varint(1, ElementTypes.number(type));
    }
    List<Dim> dims = value.dims();
    if (dims != null) {
      tensor.message(2, shape(dims));
    }
    boolean isTold = type != null || dims != null;
    return isTold ? message.message(2, new WireWriter().message(1, tensor)) : message;
  }

  private static WireWriter shape(List<Dim> dims) {
    var shape = new WireWriter();
    for (Dim dim : dims) {
      shape.message(
          1,
          switch (dim) {
            case Dim.Fixed fixed -> new WireWriter().varint(1, fixed.size());
            case Dim.Symbol symbol -> new WireWriter().text(2, symbol.name());
            case Dim.Unknown _ -> new WireWriter();
          });
    }
    return shape;
  }
}
