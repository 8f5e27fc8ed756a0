package io.github.conv4j.networks.internal.onnx;

import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_INITIALIZER;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_INPUT;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_NODE;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_OUTPUT;
import static io.github.conv4j.networks.testing.OnnxWriter.MODEL_FUNCTION;
import static io.github.conv4j.networks.testing.OnnxWriter.MODEL_GRAPH;
import static io.github.conv4j.networks.testing.OnnxWriter.MODEL_OPSET_IMPORT;
import static io.github.conv4j.networks.testing.OnnxWriter.NODE_ATTRIBUTE;
import static io.github.conv4j.networks.testing.OnnxWriter.RAW_DATA;
import static io.github.conv4j.networks.testing.OnnxWriter.add;
import static io.github.conv4j.networks.testing.OnnxWriter.attribute;
import static io.github.conv4j.networks.testing.OnnxWriter.external;
import static io.github.conv4j.networks.testing.OnnxWriter.floats;
import static io.github.conv4j.networks.testing.OnnxWriter.graph;
import static io.github.conv4j.networks.testing.OnnxWriter.model;
import static io.github.conv4j.networks.testing.OnnxWriter.node;
import static io.github.conv4j.networks.testing.OnnxWriter.opset;
import static io.github.conv4j.networks.testing.OnnxWriter.relu;
import static io.github.conv4j.networks.testing.OnnxWriter.tensor;
import static io.github.conv4j.networks.testing.OnnxWriter.value;
import static java.util.Objects.requireNonNull;

import io.github.conv4j.networks.testing.ProtoWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Crafted files that are refused, whatever folder they are in. */
final class HostileModels {
  private static final byte[] FF = new byte[11];

  static {
    Arrays.fill(FF, (byte) 0xFF);
  }

  private final List<Attack> attacks = new ArrayList<>();

  private HostileModels() {}

  static List<Attack> all() {
    var models = new HostileModels();
    models.noModels();
    models.brokenFields();
    models.wrongWireTypes();
    models.tensors();
    models.integersOutOfRange();
    models.attributes();
    models.constantNodes();
    models.values();
    models.names();
    models.nodes();
    models.imports();
    models.externalDataWithoutFolder();
    models.nesting();
    return models.attacks;
  }

  private void attack(String name, byte[] model, String... told) {
    attacks.add(new Attack(name, model, told));
  }

  private void attack(String name, ProtoWriter graph, String... told) {
    attack(name, model(graph), told);
  }

  private void noModels() {
    attack("no bytes", new byte[0], "no bytes");
    attack("one zero", new byte[1], "at byte 0", "number is 0");
    attack("text", "this is not a model".getBytes(StandardCharsets.UTF_8), "at byte 0");
    attack(
        "a pointer to a large file",
        "version https://git-lfs.github.com/spec/v1\noid sha256:0\n"
            .getBytes(StandardCharsets.UTF_8),
        "at byte 0: field 14 has wire type 6");
    attack("an archive", new byte[] {'P', 'K', 3, 4, 20, 0}, "at byte 2");
    attack("a picture", new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10}, "at byte 0");
    attack("only FF", FF, "at byte 0: a varint is wider than 64 bits");
    attack("no graph", new ProtoWriter().varint(1, 8).toByteArray(), "the model has no graph");
    attack(
        "a graph that is a number",
        new ProtoWriter().varint(MODEL_GRAPH, 1).toByteArray(),
        "field 7 has wire type 0, but must be a message");
    attack("a graph of nothing", graph(), "has no output");
    attack(
        "two graphs",
        new ProtoWriter()
            .message(MODEL_OPSET_IMPORT, opset("", 17))
            .message(MODEL_GRAPH, relu())
            .message(MODEL_GRAPH, relu())
            .toByteArray(),
        "second graph at byte");
  }

  /** What no writer writes, at the end of each kind of message. */
  private void brokenFields() {
    Map<String, ProtoWriter> broken = new LinkedHashMap<>();
    broken.put("a varint without end", new ProtoWriter().tag(99, 0).raw((byte) 0x80));
    broken.put("a tag without end", new ProtoWriter().raw((byte) 0xFF));
    broken.put("a varint of eleven bytes", new ProtoWriter().tag(99, 0).raw(FF).raw((byte) 1));
    broken.put("a length of more than is there", new ProtoWriter().bytes(99, 1_000_000));
    broken.put("a length of 2^31", new ProtoWriter().bytes(99, 1L << 31));
    broken.put("a length of 2^63", new ProtoWriter().bytes(99, Long.MIN_VALUE));
    broken.put("a length of 2^64 - 1", new ProtoWriter().bytes(99, -1));
    broken.put("three of four bytes", new ProtoWriter().tag(99, 5).raw(new byte[3]));
    broken.put("seven of eight bytes", new ProtoWriter().tag(99, 1).raw(new byte[7]));
    broken.put("field number 0", new ProtoWriter().varint(0, 1));
    broken.put("a field number beyond protobuf's", new ProtoWriter().rawVarint(1L << 32).raw(FF));
    broken.put("the start of a group", new ProtoWriter().tag(99, 3));
    broken.put("the end of a group", new ProtoWriter().tag(99, 4));
    broken.put("wire type 6", new ProtoWriter().tag(99, 6));
    broken.put("wire type 7", new ProtoWriter().tag(99, 7));
    for (Place place : Place.values()) {
      broken.forEach(
          (name, bytes) -> attack(name + " in " + place, place.model(bytes), "at byte "));
    }
  }

  /** Fields that ONNX has, as what they are not. */
  private void wrongWireTypes() {
    for (int field : new int[] {MODEL_OPSET_IMPORT, MODEL_FUNCTION}) {
      wrongWireType(Place.MODEL, field, 0);
    }
    wrongWireType(Place.OPSET, 1, 0);
    wrongWireType(Place.OPSET, 2, 2);
    wrongWireType(Place.FUNCTION, 1, 0);
    for (int field : new int[] {1, 2, 5, 11, 12}) {
      wrongWireType(Place.GRAPH, field, 0);
    }
    for (int field : new int[] {1, 2, 3, 4, 5, 7}) {
      wrongWireType(Place.NODE, field, 0);
    }
    wrongWireType(Place.ATTRIBUTE, 1, 0);
    wrongWireType(Place.ATTRIBUTE, 20, 2);
    wrongWireType(Place.ATTRIBUTE, 5, 0);
    for (Place place : new Place[] {Place.ATTRIBUTE_TENSOR, Place.INITIALIZER}) {
      wrongWireType(place, 1, 5);
      wrongWireType(place, 2, 2);
      wrongWireType(place, 4, 0);
      wrongWireType(place, 5, 1);
      wrongWireType(place, 7, 1);
      wrongWireType(place, 8, 0);
      wrongWireType(place, 9, 0);
      wrongWireType(place, 10, 0);
      wrongWireType(place, 11, 1);
      wrongWireType(place, 14, 2);
    }
    wrongWireType(Place.EXTERNAL_ENTRY, 1, 0);
    wrongWireType(Place.EXTERNAL_ENTRY, 2, 0);
    wrongWireType(Place.INPUT, 1, 0);
    wrongWireType(Place.INPUT, 2, 0);
    wrongWireType(Place.TYPE, 1, 0);
    wrongWireType(Place.TENSOR_TYPE, 1, 2);
    wrongWireType(Place.TENSOR_TYPE, 2, 0);
    wrongWireType(Place.SHAPE, 1, 0);
    wrongWireType(Place.DIM, 1, 2);
    wrongWireType(Place.DIM, 2, 0);
    wrongWireType(Place.OUTPUT, 1, 0);
  }

  private void wrongWireType(Place place, int field, int wireType) {
    var wrong = new ProtoWriter();
    switch (wireType) {
      case 0 -> wrong.varint(field, 1);
      case 1 -> wrong.fixed64(field, 1);
      case 2 -> wrong.text(field, "abc");
      default -> wrong.fixed32(field, 1);
    }
    attack(
        "field %d of %s with wire type %d".formatted(field, place, wireType),
        place.model(wrong),
        "field %d has wire type %d, but must be".formatted(field, wireType));
  }

  private void tensors() {
    int[] sizes = {0, 4, 1, 1, 2, 2, 4, 8, 0, 1, 2, 8, 4, 8, 0, 0, 2};
    for (int type = 1; type < sizes.length; type++) {
      if (sizes[type] == 0) {
        continue;
      }
      int right = 6 * sizes[type];
      for (int wrong : new int[] {0, right - 1, right + 1}) {
        constant(
            "raw_data of %d bytes for 6 elements of type %d".formatted(wrong, type),
            tensor("w", type, 2, 3).bytes(RAW_DATA, new byte[wrong]),
            "tensor \"w\" at byte",
            "takes %d bytes".formatted(right),
            "but %d are there".formatted(wrong));
      }
      int field = TypedData.fieldOf(requireNonNull(ElementTypes.of(type)));
      for (int wrong : new int[] {1, 5, 7}) {
        constant(
            "%d values for 6 elements of type %d".formatted(wrong, type),
            repeated(tensor("w", type, 2, 3), field, wrong),
            "has 6 elements",
            "but %d are there".formatted(wrong));
      }
      constant(
          "values of type %d in another field".formatted(type),
          repeated(tensor("w", type, 2, 3), field == 5 ? 7 : 5, 6),
          "has values in its field");
      constant(
          "values of type %d in two fields".formatted(type),
          repeated(repeated(tensor("w", type, 2, 3), field, 6), field == 5 ? 7 : 5, 6),
          "but one of them is expected");
      constant(
          "values of type %d in raw_data too".formatted(type),
          repeated(tensor("w", type, 2, 3).bytes(RAW_DATA, new byte[right]), field, 6),
          "has values in raw_data and in its field");
    }
    overflows();
    constant("raw_data twice", floats("w", 1).bytes(RAW_DATA, new byte[4]), "raw_data twice");
    constant("a segment", floats("w", 1).message(3, new ProtoWriter()), "one segment");
    constant("no data type", new ProtoWriter().varint(1, 1).text(8, "w"), "has data type 0");
    for (long type : new long[] {-1, 27, 1000, Integer.MAX_VALUE}) {
      constant("data type " + type, tensor("w", (int) type, 1), "has data type " + type);
    }
    constant("data type 2^40", new ProtoWriter().varint(2, 1L << 40), "does not fit 32 bits");
    constant("data location 2", floats("w", 1).varint(14, 2), "has data location 2");
    constant("half a float", tensor("w", 1, 1).bytes(4, new byte[3]), "no whole numbers of 4");
    constant("half a double", tensor("w", 11, 1).bytes(10, new byte[4]), "no whole numbers of 8");
    constant("a Boolean of 2", tensor("w", 9, 2).bytes(RAW_DATA, (byte) 1, (byte) 2), "value 2");
    constant(
        "nine dimensions", tensor("w", 1, 1, 1, 1, 1, 1, 1, 1, 1, 1), "more than 8 dimensions");
    for (int type : new int[] {8, 14, 15, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26}) {
      constant(
          "a constant of type %d that is read".formatted(type),
          tensor("w", type, 1).bytes(RAW_DATA, new byte[16]),
          "reads the constant \"w\" of");
    }
  }

  private static ProtoWriter repeated(ProtoWriter tensor, int field, int count) {
    for (int i = 0; i < count; i++) {
      switch (field) {
        case 4 -> tensor.fixed32(field, 1);
        case 10 -> tensor.fixed64(field, 1);
        default -> tensor.varint(field, 1);
      }
    }
    return tensor;
  }

  private void overflows() {
    long[][] shapes = {
      {1L << 62, 4},
      {1L << 61},
      {Long.MAX_VALUE},
      {1L << 32, 1L << 32},
      {65_536, 65_536, 65_536, 65_536},
      {3_037_000_500L, 3_037_000_500L},
    };
    for (long[] shape : shapes) {
      constant(
          "dims " + Arrays.toString(shape),
          tensor("w", 1, shape).bytes(RAW_DATA, new byte[4]),
          "has the dimensions " + Arrays.toString(shape),
          "64 bits cannot count");
    }
    for (long dim : new long[] {1L << 31, 1L << 40, 1L << 59}) {
      constant(
          "a constant of %d floats".formatted(dim),
          tensor("w", 1, dim).bytes(RAW_DATA, new byte[4]),
          "takes %d bytes".formatted(4 * dim),
          "but 4 are there");
      constant(
          "a constant of %d integers".formatted(dim),
          tensor("w", 7, dim).packed(7, 1, 2),
          "has %d elements".formatted(dim),
          "but 2 are there");
    }
    for (long dim : new long[] {-1, -2, Long.MIN_VALUE}) {
      constant("a dim of " + dim, tensor("w", 1, 2, dim), "has dimension 1 of size " + dim);
      constant("unpacked dims of " + dim, new ProtoWriter().varint(1, dim), "dimension 0 of size");
    }
  }

  private void integersOutOfRange() {
    outOfRange(2, 5, 256, -1);
    outOfRange(3, 5, 128, -129);
    outOfRange(4, 5, 65_536, -1);
    outOfRange(5, 5, 32_768, -32_769);
    outOfRange(6, 5, 1L << 31, -(1L << 31) - 1);
    outOfRange(9, 5, 2, -1);
    outOfRange(10, 5, 65_536, -1);
    outOfRange(12, 11, 1L << 32, -1);
    outOfRange(16, 5, 65_536, -1);
  }

  private void outOfRange(int type, int field, long... values) {
    for (long value : values) {
      constant(
          "%d as element of type %d".formatted(value, type),
          tensor("w", type, 3).packed(field, 0, 1, value),
          "has the value %d as element 2".formatted(value));
    }
  }

  private void constant(String name, ProtoWriter tensor, String... told) {
    attack(name, add(tensor), told);
  }

  private void attributes() {
    refusedAttribute("without a name", new ProtoWriter().varint(20, 2), "without a name");
    refusedAttribute("of no type and no value", new ProtoWriter().text(1, "a"), "of type 0");
    for (int type : new int[] {-1, 15, 1 << 30}) {
      refusedAttribute("of type " + type, attribute("a", type), "of type " + type);
    }
    refusedAttribute("of a function", attribute("a", 2).text(21, "b"), "from a function");
    refusedAttribute(
        "int with a float", attribute("a", 2).fixed32(2, 1), "of type INT but has FLOAT");
    refusedAttribute(
        "floats with ints", attribute("a", 6).packed(8, 1), "of type FLOATS but has INTS");
    refusedAttribute(
        "with two values", attribute("a", 2).varint(3, 1).text(4, "s"), "types INT and STRING");
    refusedAttribute("a tensor that is not there", attribute("a", 4), "has no tensor");
    refusedAttribute(
        "a bad tensor", attribute("a", 4).message(5, tensor("", 1, 2)), "takes 8 bytes");
    refusedAttribute("a text that is none", attribute("a", 3).bytes(4, FF), "not UTF-8");
    refusedAttribute(
        "a long text", attribute("a", 3).bytes(4, new byte[(1 << 20) + 1]), "1048577 bytes");
    refusedAttribute(
        "a foreign tensor",
        attribute("a", 4).message(5, tensor("", 14, 1)),
        "attribute \"a\" of node \"Op\"",
        "is a tensor of COMPLEX64");
    refusedAttribute("a graph", attribute("a", 5).message(6, relu()), "is of type GRAPH");
    refusedAttribute("graphs", attribute("a", 10).message(11, relu()), "is of type GRAPHS");
    refusedAttribute("tensors", attribute("a", 9).message(10, floats("", 1)), "is of type TENSORS");
    refusedAttribute("sparse", attribute("a", 11).text(22, ""), "is of type SPARSE_TENSOR");
    refusedAttribute("much sparse", attribute("a", 12).text(23, ""), "is of type SPARSE_TENSORS");
    refusedAttribute("a type", attribute("a", 13).text(14, ""), "is of type TYPE_PROTO");
    refusedAttribute("types", attribute("a", 14).text(15, ""), "is of type TYPE_PROTOS");
    attack(
        "two attributes of one name",
        reluWith(attribute("a", 2))
            .message(
                GRAPH_NODE,
                node("Op", "x", "z")
                    .message(NODE_ATTRIBUTE, attribute("b", 2))
                    .message(NODE_ATTRIBUTE, attribute("b", 1))),
        "two attributes named \"b\"");
    var crowded = node("Op", "x", "z");
    for (int i = 0; i < 257; i++) {
      crowded.message(NODE_ATTRIBUTE, attribute("a" + i, 2));
    }
    attack("257 attributes", relu().message(GRAPH_NODE, crowded), "more than 256 attributes");
  }

  private void refusedAttribute(String name, ProtoWriter attribute, String... told) {
    attack("an attribute " + name, reluWith(attribute), told);
  }

  private static ProtoWriter reluWith(ProtoWriter attribute) {
    return relu().message(GRAPH_NODE, node("Op", "x", "o").message(NODE_ATTRIBUTE, attribute));
  }

  private void constantNodes() {
    var value = attribute("value_int", 2).varint(3, 1);
    constantNode("without value", node("Constant", "", "c"), "has 0 attributes");
    constantNode(
        "of two values",
        node("Constant", "", "c")
            .message(NODE_ATTRIBUTE, value)
            .message(NODE_ATTRIBUTE, attribute("value_float", 1)),
        "has 2 attributes");
    constantNode(
        "that reads", node("Constant", "x", "c").message(NODE_ATTRIBUTE, value), "has 1 inputs");
    constantNode(
        "of two outputs", node("Constant", "", "c d").message(NODE_ATTRIBUTE, value), "2 outputs");
    var unnamed = new ProtoWriter().text(2, "").text(4, "Constant");
    constantNode(
        "without a name", unnamed.message(NODE_ATTRIBUTE, value), "an output without a name");
    constantNode(
        "of an unknown attribute",
        node("Constant", "", "c").message(NODE_ATTRIBUTE, attribute("values", 2)),
        "none that a Constant of ONNX has");
    for (String name : new String[] {"value_int", "value_float", "value_floats", "value_ints"}) {
      constantNode(
          name + " that is a text",
          node("Constant", "", "c").message(NODE_ATTRIBUTE, attribute(name, 3).text(4, "1")),
          "has a value of another type");
    }
    constantNode(
        "whose tensor is an integer",
        node("Constant", "", "c").message(NODE_ATTRIBUTE, attribute("value", 2).varint(3, 1)),
        "has no tensor");
    for (String name : new String[] {"value_string", "value_strings", "sparse_value"}) {
      attack(
          "a Constant's " + name + " that is read",
          graph()
              .message(
                  GRAPH_NODE, node("Constant", "", "c").message(NODE_ATTRIBUTE, attribute(name, 3)))
              .message(GRAPH_NODE, node("Op", "c", "y"))
              .message(GRAPH_OUTPUT, value("y", 1)),
          "node \"Op\" at byte",
          "reads the constant \"c\" of");
    }
  }

  private void constantNode(String name, ProtoWriter node, String... told) {
    attack("a Constant " + name, relu().message(GRAPH_NODE, node), told);
  }

  private void values() {
    for (int field : new int[] {GRAPH_INPUT, GRAPH_OUTPUT}) {
      String role = field == GRAPH_INPUT ? "input" : "output";
      String name = field == GRAPH_INPUT ? "z" : "x";
      refusedValue(field, role + " without a name", value("", 1), "has no name");
      for (int type : new int[] {8, 14, 22}) {
        refusedValue(field, role + " of type " + type, value(name, type), "plain tensors");
      }
      for (int type : new int[] {27, -1}) {
        refusedValue(field, role + " of type " + type, value(name, type), "element type " + type);
      }
      refusedValue(
          field, role + " of rank 9", value(name, 1, new long[9]), "more than 8 dimensions");
      refusedValue(field, role + " of dim -2", value(name, 1, 1, -2), "has dimension 1 of size -2");
      String[] types = {"a sequence", "a map", "a sparse tensor", "optional"};
      int[] fields = {4, 5, 8, 9};
      for (int i = 0; i < types.length; i++) {
        var type = new ProtoWriter().message(fields[i], new ProtoWriter());
        var foreign = new ProtoWriter().text(1, name).message(2, type);
        refusedValue(field, role + " that is " + types[i], foreign, role, "is " + types[i]);
      }
    }
    refusedValue(
        GRAPH_INPUT, "an input without a type", new ProtoWriter().text(1, "z"), "has no type");
    refusedValue(
        GRAPH_INPUT, "two inputs of one name", value("x", 1), "two inputs are named \"x\"");
    refusedValue(
        GRAPH_OUTPUT, "two outputs of one name", value("y", 1), "two outputs are named \"y\"");
    refusedValue(
        GRAPH_OUTPUT, "an output of nothing", value("z", 1), "\"z\"", "is written by nothing");
  }

  private void refusedValue(int field, String name, ProtoWriter value, String... told) {
    attack(name, relu().message(field, value), told);
  }

  private void names() {
    String longest = "n".repeat(4097);
    String told = "the text has 4097 bytes, more than the 4096 allowed";
    attack("a long operator", relu().message(GRAPH_NODE, node(longest, "x", "z")), told);
    attack("a long input", relu().message(GRAPH_NODE, node("Op", longest, "z")), told);
    attack("a long output", relu().message(GRAPH_NODE, node("Op", "x", longest)), told);
    attack("a long node", relu().message(GRAPH_NODE, node("Op", "x", "z").text(3, longest)), told);
    attack(
        "a long domain", relu().message(GRAPH_NODE, node("Op", "x", "z").text(7, longest)), told);
    attack("a long attribute", reluWith(attribute(longest, 2)), told);
    attack("a long constant", relu().message(GRAPH_INITIALIZER, floats(longest, 1)), told);
    attack("a long value", relu().message(GRAPH_INPUT, value(longest, 1)), told);
    attack("a long graph", relu().text(2, longest), told);
    attack("a name that is no text", relu().bytes(2, FF), "the text is not UTF-8");
    attack("half a character", relu().bytes(2, (byte) 0xE2, (byte) 0x82), "the text is not UTF-8");
    attack("a surrogate", relu().bytes(2, (byte) 0xED, (byte) 0xA0, (byte) 0x80), "not UTF-8");
    attack("a zero in two bytes", relu().bytes(2, (byte) 0xC0, (byte) 0x80), "not UTF-8");
    attack(
        "a name of lines", relu().message(GRAPH_NODE, node("Op", "a\r\nb\u0085c", "z")), "a??b?c");
    attack("a name of colours", relu().message(GRAPH_NODE, node("Op", "\u001B[2J", "z")), "?[2J");
    attack("a name backwards", relu().message(GRAPH_NODE, node("Op", "\u202Ex", "z")), "\"?x\"");
    attack(
        "long names in a message",
        relu().message(GRAPH_NODE, node("O".repeat(4096), "v".repeat(4096), "z")),
        "v".repeat(80) + "...\"");
  }

  private void nodes() {
    refusedNode("a node of nothing", new ProtoWriter(), "has no operator");
    refusedNode(
        "a node without operator", new ProtoWriter().text(1, "x").text(2, "z"), "has no operator");
    refusedNode("a node without values", node("Op", "", ""), "neither reads nor writes");
    refusedNode("a value of nowhere", node("Op", "q", "z"), "reads \"q\", but no input");
    refusedNode("a node that reads itself", node("Op", "z", "z"), "reads \"z\", but no input");
    refusedNode("a value written again", node("Op", "x", "y"), "writes \"y\", but an input");
    refusedNode("an input written", node("Op", "y", "x"), "writes \"x\", but an input");
    refusedNode("one value in two outputs", node("Op", "x", "z z"), "writes \"z\"");
    attack(
        "nodes in the wrong order",
        graph()
            .message(GRAPH_NODE, node("B", "a", "y"))
            .message(GRAPH_NODE, node("A", "x", "a"))
            .message(GRAPH_INPUT, value("x", 1))
            .message(GRAPH_OUTPUT, value("y", 1)),
        "node \"B\" at byte",
        "reads \"a\", but no input, constant or node before it");
    attack(
        "a constant written by a node",
        add(floats("w", 1)).message(GRAPH_NODE, node("Op", "x", "w")),
        "writes \"w\"");
    attack(
        "two constants of one name",
        add(floats("w", 1)).message(GRAPH_INITIALIZER, floats("w", 2)),
        "writes \"w\", but an input");
    attack("a constant without name", relu().message(GRAPH_INITIALIZER, floats("", 1)), "no name");
    attack("a sparse constant", relu().message(15, new ProtoWriter()), "sparse constant at byte");
    for (String operator : new String[] {"If", "Loop", "Scan", "SequenceMap"}) {
      refusedNode(
          operator,
          node(operator, "x", "z").message(NODE_ATTRIBUTE, attribute("body", 5).message(6, relu())),
          "node \"%s\" at byte".formatted(operator),
          "is control flow, which conv4j does not run");
    }
  }

  private void refusedNode(String name, ProtoWriter node, String... told) {
    attack(name, relu().message(GRAPH_NODE, node), told);
  }

  private void imports() {
    attack(
        "no opset",
        new ProtoWriter().message(MODEL_GRAPH, relu()).toByteArray(),
        "does not say which version");
    attack("opset 0", model(relu(), 0), "version 0");
    attack("opset -1", model(relu(), -1), "version -1");
    attack("opset 6", model(relu(), 6), "version 6", "convert it");
    attack("opset 24", model(relu(), 24), "version 24");
    attack("opset 2^63 - 1", model(relu(), Long.MAX_VALUE), "version 9223372036854775807");
    attack(
        "two opsets",
        new ProtoWriter()
            .message(MODEL_OPSET_IMPORT, opset("", 13))
            .message(MODEL_OPSET_IMPORT, opset("ai.onnx", 14))
            .message(MODEL_GRAPH, relu())
            .toByteArray(),
        "in versions 13 and 14");
    refusedNode(
        "a domain not imported", node("Op", "x", "z").text(7, "com.microsoft"), "does not import");
    for (String domain : new String[] {"ai.onnx.ml", "ai.onnx.preview.training", "evil\u0007"}) {
      attack(
          "domain " + domain,
          new ProtoWriter()
              .message(MODEL_OPSET_IMPORT, opset("", 17))
              .message(MODEL_OPSET_IMPORT, opset(domain, 1))
              .message(
                  MODEL_GRAPH, relu().message(GRAPH_NODE, node("Op", "x", "z").text(7, domain)))
              .toByteArray(),
          "of which conv4j runs no operator");
    }
    attack(
        "a function",
        new ProtoWriter()
            .message(MODEL_OPSET_IMPORT, opset("", 17))
            .message(MODEL_GRAPH, relu())
            .message(MODEL_FUNCTION, new ProtoWriter().text(1, "Mine"))
            .toByteArray(),
        "defines the function \"Mine\"");
  }

  private void externalDataWithoutFolder() {
    constant("external data", external("w", "location", "w"), "a model that is read from bytes");
    constant("no location", external("w", "offset", "0"), "without a location");
    constant("no entries", external("w"), "without a location");
    constant("a key of its own", external("w", "location", "w", "basepath", "/"), "\"basepath\"");
    constant("a Python key", external("w", "__class__", "x"), "the key \"__class__\"");
    for (String key : new String[] {"location", "offset", "length", "checksum"}) {
      constant(
          key + " twice",
          external("w", "location", "w", "location".equals(key) ? "offset" : key, "1", key, "1"),
          "gives the %s of its external data twice".formatted(key));
    }
    for (String key : new String[] {"offset", "length"}) {
      for (String number :
          new String[] {"", "-1", "+1", "1e3", "0x10", " 1", "1 ", "9223372036854775808", "१"}) {
        constant(
            "the %s '%s'".formatted(key, number),
            external("w", "location", "w", key, number),
            "which is no decimal number of bytes");
      }
    }
    constant(
        "external data and raw_data",
        external("w", "location", "w").bytes(RAW_DATA, new byte[4]),
        "in the model and in external data");
    constant(
        "external data and float_data",
        external("w", "location", "w").packed(4, 1f),
        "in the model and in external data");
    constant(
        "external data of another length",
        external("w", "location", "w", "length", "5"),
        "takes 4 bytes but its external data in \"w\" has the length 5");
  }

  private void nesting() {
    attack("3000 functions, each calling the next", functions(), "defines the function \"f0\"");
    attack("graphs 3000 deep", graphsDeep(3000), "is control flow");
    attack("sequences 10000 deep", sequencesDeep(10_000), "is a sequence");
    var groups = new ProtoWriter();
    for (int i = 0; i < 100_000; i++) {
      groups.tag(99, 3);
    }
    attack("groups 100000 deep", relu().raw(groups.toByteArray()), "wire type 3");
  }

  /** About 175 KB, of which recursive checkers have overflowed their stacks. */
  private static byte[] functions() {
    var model =
        new ProtoWriter()
            .message(
                MODEL_GRAPH, graph().message(GRAPH_NODE, node("f0", "x", "y").text(7, "local")));
    for (int i = 0; i < 3000; i++) {
      var body = node("f" + (i + 1), "x", "y").text(7, "local");
      model.message(
          MODEL_FUNCTION,
          new ProtoWriter()
              .text(1, "f" + i)
              .text(4, "x")
              .text(5, "y")
              .message(7, body)
              .text(10, "local"));
    }
    return model
        .message(MODEL_OPSET_IMPORT, opset("", 17))
        .message(MODEL_OPSET_IMPORT, opset("local", 1))
        .toByteArray();
  }

  private static ProtoWriter graphsDeep(int depth) {
    var graph = relu();
    for (int i = 0; i < depth; i++) {
      graph =
          relu()
              .message(
                  GRAPH_NODE,
                  node("If", "x", "z")
                      .message(NODE_ATTRIBUTE, attribute("then_branch", 5).message(6, graph)));
    }
    return graph;
  }

  private static ProtoWriter sequencesDeep(int depth) {
    var type = new ProtoWriter().message(1, new ProtoWriter().varint(1, 1));
    for (int i = 0; i < depth; i++) {
      type = new ProtoWriter().message(4, new ProtoWriter().message(1, type));
    }
    return relu().message(GRAPH_INPUT, new ProtoWriter().text(1, "z").message(2, type));
  }
}
