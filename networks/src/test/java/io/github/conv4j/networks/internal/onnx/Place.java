package io.github.conv4j.networks.internal.onnx;

import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_INITIALIZER;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_INPUT;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_NODE;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_OUTPUT;
import static io.github.conv4j.networks.testing.OnnxWriter.MODEL_FUNCTION;
import static io.github.conv4j.networks.testing.OnnxWriter.MODEL_GRAPH;
import static io.github.conv4j.networks.testing.OnnxWriter.MODEL_OPSET_IMPORT;
import static io.github.conv4j.networks.testing.OnnxWriter.NODE_ATTRIBUTE;

import io.github.conv4j.networks.testing.OnnxWriter;
import io.github.conv4j.networks.testing.ProtoWriter;

/** A message of a model that is good but for the bytes that are appended there. */
enum Place {
  MODEL,
  OPSET,
  FUNCTION,
  GRAPH,
  NODE,
  ATTRIBUTE,
  ATTRIBUTE_TENSOR,
  INITIALIZER,
  EXTERNAL_ENTRY,
  INPUT,
  TYPE,
  TENSOR_TYPE,
  SHAPE,
  DIM,
  OUTPUT;

  /** Returns a model with bytes at the end of this message. */
  byte[] model(ProtoWriter bytes) {
    byte[] broken = bytes.toByteArray();
    ProtoWriter opset = at(OPSET, OnnxWriter.opset("", 17), broken);
    var model =
        new ProtoWriter().message(MODEL_OPSET_IMPORT, opset).message(MODEL_GRAPH, graph(broken));
    if (this == FUNCTION) {
      model.message(MODEL_FUNCTION, new ProtoWriter().text(1, "f").raw(broken));
    }
    return at(MODEL, model, broken).toByteArray();
  }

  private ProtoWriter graph(byte[] broken) {
    var constant = at(ATTRIBUTE_TENSOR, OnnxWriter.tensor("", 1, 1).packed(4, 1f), broken);
    var value = at(ATTRIBUTE, OnnxWriter.attribute("value", 4).message(5, constant), broken);
    var node =
        at(NODE, OnnxWriter.node("Constant", "", "c").message(NODE_ATTRIBUTE, value), broken);
    var graph =
        OnnxWriter.graph()
            .message(GRAPH_NODE, node)
            .message(GRAPH_NODE, OnnxWriter.node("Sum", "x c w", "y"))
            .message(GRAPH_INITIALIZER, initializer(broken))
            .message(GRAPH_INPUT, at(INPUT, input(broken), broken))
            .message(GRAPH_OUTPUT, at(OUTPUT, OnnxWriter.value("y", 1, 1), broken));
    return at(GRAPH, graph, broken);
  }

  private ProtoWriter initializer(byte[] broken) {
    if (this == EXTERNAL_ENTRY) {
      var entry = new ProtoWriter().text(1, "location").text(2, "w").raw(broken);
      return OnnxWriter.tensor("w", 1, 1).varint(14, 1).message(13, entry);
    }
    return at(INITIALIZER, OnnxWriter.tensor("w", 1, 1).packed(4, 1f), broken);
  }

  private ProtoWriter input(byte[] broken) {
    var dim = at(DIM, new ProtoWriter().varint(1, 1), broken);
    var shape = at(SHAPE, new ProtoWriter().message(1, dim), broken);
    var tensor = at(TENSOR_TYPE, new ProtoWriter().varint(1, 1).message(2, shape), broken);
    var type = at(TYPE, new ProtoWriter().message(1, tensor), broken);
    return new ProtoWriter().text(1, "x").message(2, type);
  }

  private ProtoWriter at(Place place, ProtoWriter message, byte[] broken) {
    return this == place ? message.raw(broken) : message;
  }
}
