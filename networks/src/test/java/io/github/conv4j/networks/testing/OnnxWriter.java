package io.github.conv4j.networks.testing;

import java.util.Arrays;

/** Writes messages of ONNX with the numbers that onnx.proto gives their fields. */
public final class OnnxWriter {
  /** Of ModelProto. */
  public static final int MODEL_GRAPH = 7;

  /** Of ModelProto. */
  public static final int MODEL_OPSET_IMPORT = 8;

  /** Of ModelProto. */
  public static final int MODEL_FUNCTION = 25;

  /** Of GraphProto. */
  public static final int GRAPH_NODE = 1;

  /** Of GraphProto. */
  public static final int GRAPH_INITIALIZER = 5;

  /** Of GraphProto. */
  public static final int GRAPH_INPUT = 11;

  /** Of GraphProto. */
  public static final int GRAPH_OUTPUT = 12;

  /** Of NodeProto. */
  public static final int NODE_ATTRIBUTE = 5;

  /** Of TensorProto. */
  public static final int RAW_DATA = 9;

  private OnnxWriter() {}

  /** Returns a model of opset 17 with one graph; the opset comes last, as in real files. */
  public static byte[] model(ProtoWriter graph) {
    return model(graph, 17);
  }

  /** Returns a model with one graph. */
  public static byte[] model(ProtoWriter graph, long opset) {
    return new ProtoWriter()
        .varint(1, 8)
        .text(2, "conv4j tests")
        .message(MODEL_GRAPH, graph)
        .message(MODEL_OPSET_IMPORT, opset("", opset))
        .toByteArray();
  }

  /** Returns an OperatorSetIdProto. */
  public static ProtoWriter opset(String domain, long version) {
    return new ProtoWriter().text(1, domain).varint(2, version);
  }

  /** Returns a graph of a name, to be filled. */
  public static ProtoWriter graph() {
    return new ProtoWriter().text(2, "g");
  }

  /** Returns a graph whose output y is the Relu of its input x, to be filled with more. */
  public static ProtoWriter relu() {
    return graph()
        .message(GRAPH_NODE, node("Relu", "x", "y"))
        .message(GRAPH_INPUT, value("x", 1, 1, 3))
        .message(GRAPH_OUTPUT, value("y", 1, 1, 3));
  }

  /** Returns a graph that adds its input x and its constant w, which is given. */
  public static ProtoWriter add(ProtoWriter constant) {
    return graph()
        .message(GRAPH_NODE, node("Add", "x w", "y"))
        .message(GRAPH_INITIALIZER, constant)
        .message(GRAPH_INPUT, value("x", 1, 1, 3))
        .message(GRAPH_OUTPUT, value("y", 1, 1, 3));
  }

  /**
   * Returns a node.
   *
   * @param inputs names with blanks between
   * @param outputs likewise
   */
  public static ProtoWriter node(String operator, String inputs, String outputs) {
    var node = new ProtoWriter();
    if (!inputs.isEmpty()) {
      for (String input : inputs.split(" ", -1)) {
        node.text(1, input);
      }
    }
    if (!outputs.isEmpty()) {
      for (String output : outputs.split(" ", -1)) {
        node.text(2, output);
      }
    }
    return node.text(4, operator);
  }

  /** Returns a ValueInfoProto of fixed dims. */
  public static ProtoWriter value(String name, int type, long... dims) {
    var shape = new ProtoWriter();
    for (long dim : dims) {
      shape.message(1, new ProtoWriter().varint(1, dim));
    }
    return value(name, type, shape);
  }

  /** Returns a ValueInfoProto. */
  public static ProtoWriter value(String name, int type, ProtoWriter shape) {
    var tensor = new ProtoWriter().varint(1, type).message(2, shape);
    return new ProtoWriter().text(1, name).message(2, new ProtoWriter().message(1, tensor));
  }

  /** Returns a TensorProto without values. */
  public static ProtoWriter tensor(String name, int type, long... dims) {
    return new ProtoWriter().packed(1, dims).varint(2, type).text(8, name);
  }

  /** Returns a TensorProto of floats in raw_data. */
  public static ProtoWriter floats(String name, float... values) {
    byte[] packed = new ProtoWriter().packed(1, values).toByteArray();
    int header = packed.length - 4 * values.length;
    return tensor(name, 1, values.length)
        .bytes(RAW_DATA, Arrays.copyOfRange(packed, header, packed.length));
  }

  /**
   * Returns a tensor of one float in a file.
   *
   * @param entries keys and values in turn
   */
  public static ProtoWriter external(String name, String... entries) {
    var tensor = tensor(name, 1, 1);
    for (int i = 0; i < entries.length; i += 2) {
      tensor.message(13, new ProtoWriter().text(1, entries[i]).text(2, entries[i + 1]));
    }
    return tensor.varint(14, 1);
  }

  /** Returns an attribute of a type, whose value is to be written. */
  public static ProtoWriter attribute(String name, int type) {
    return new ProtoWriter().text(1, name).varint(20, type);
  }
}
