package io.github.conv4j.networks.internal.onnx;

import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_INITIALIZER;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_INPUT;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_NODE;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_OUTPUT;
import static io.github.conv4j.networks.testing.OnnxWriter.MODEL_OPSET_IMPORT;
import static io.github.conv4j.networks.testing.OnnxWriter.NODE_ATTRIBUTE;
import static io.github.conv4j.networks.testing.OnnxWriter.attribute;
import static io.github.conv4j.networks.testing.OnnxWriter.floats;
import static io.github.conv4j.networks.testing.OnnxWriter.graph;
import static io.github.conv4j.networks.testing.OnnxWriter.model;
import static io.github.conv4j.networks.testing.OnnxWriter.node;
import static io.github.conv4j.networks.testing.OnnxWriter.opset;
import static io.github.conv4j.networks.testing.OnnxWriter.relu;
import static io.github.conv4j.networks.testing.OnnxWriter.tensor;
import static io.github.conv4j.networks.testing.OnnxWriter.value;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.testing.Bounds;
import io.github.conv4j.networks.testing.Models;
import io.github.conv4j.networks.testing.ProtoWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Files made to harm: each is answered in one sentence, soon, and takes little. */
class HostileModelsTest {
  /** Classes that are loaded at the first file are not what a file takes. */
  @BeforeAll
  static void loadClasses() {
    for (Attack attack : HostileModels.all()) {
      try {
        ModelReader.read(attack.model());
      } catch (RuntimeException expected) {
        // Looked at below.
      }
    }
  }

  static List<Attack> attacks() {
    return HostileModels.all();
  }

  @ParameterizedTest
  @MethodSource("attacks")
  void isRefused(Attack attack) {
    var answer =
        Bounds.read(attack.name(), attack.model().length, () -> ModelReader.read(attack.model()));
    assertThat(answer.refusal()).as(attack.name()).isNotNull();
    assertThat(attack.told()).isNotEmpty();
    assertThat(requireNonNull(answer.refusal()).getMessage()).contains(attack.told());
  }

  @Test
  void areManyAndDifferent() {
    List<Attack> attacks = attacks();
    assertThat(attacks).hasSizeGreaterThan(400);
    assertThat(attacks).extracting(Attack::name).doesNotHaveDuplicates();
    assertThat(attacks)
        .extracting(attack -> Arrays.hashCode(attack.model()))
        .doesNotHaveDuplicates();
  }

  /** What is broken at each place is good without. */
  @Test
  void placesAreReadToTheirEnds() {
    for (Place place : Place.values()) {
      byte[] model = place.model(new ProtoWriter().varint(99, 1));
      if (place == Place.FUNCTION || place == Place.EXTERNAL_ENTRY) {
        continue;
      }
      assertThat(ModelReader.read(model).nodes()).as(place.name()).hasSize(1);
    }
  }

  /** The opset comes last, so that no beginning is a whole model. */
  @Test
  void everyBeginningOfAModelIsRefused() {
    byte[] model = model(aBitOfAll());
    assertThat(ModelReader.read(model).nodes()).hasSize(2);
    for (int end = 0; end < model.length; end++) {
      byte[] beginning = Arrays.copyOf(model, end);
      var answer = Bounds.read("the first " + end, end, () -> ModelReader.read(beginning));
      assertThat(answer.refusal()).as("the first %d bytes", end).isNotNull();
    }
  }

  /** Whatever the byte becomes, the answer is a graph or a sentence. */
  @Test
  void everyByteOfAModelMayBeAnother() {
    byte[] model = model(aBitOfAll());
    int refused = 0;
    for (int at = 0; at < model.length; at++) {
      byte original = model[at];
      for (int value = 0; value < 256; value += value < 16 ? 1 : 7) {
        model[at] = (byte) value;
        var answer =
            Bounds.read(
                "%d at %d".formatted(value, at), model.length, () -> ModelReader.read(model));
        refused += answer.refusal() == null ? 0 : 1;
      }
      model[at] = original;
    }
    assertThat(refused).isGreaterThan(model.length);
  }

  private static ProtoWriter aBitOfAll() {
    return graph()
        .message(
            GRAPH_NODE,
            node("Constant", "", "c")
                .message(NODE_ATTRIBUTE, attribute("value", 4).message(5, floats("", 1, 2))))
        .message(
            GRAPH_NODE,
            node("Conv", "x w c", "a")
                .message(NODE_ATTRIBUTE, attribute("pads", 7).packed(8, 1, 1))
                .message(NODE_ATTRIBUTE, attribute("auto_pad", 3).text(4, "NOTSET")))
        .message(GRAPH_NODE, node("Clip", "a  i", "y").text(3, "last"))
        .message(GRAPH_INITIALIZER, floats("w", 1, 2, 3))
        .message(GRAPH_INITIALIZER, tensor("i", 7, 2).packed(7, -1, 300))
        .message(GRAPH_INPUT, value("x", 1, -1, 3))
        .message(GRAPH_OUTPUT, value("y", 1, 1));
  }

  /** Operators that ask for much are no matter of the reader: nothing is computed. */
  @Test
  void whatNodesAskForIsNotAllocated() {
    var range =
        graph()
            .message(GRAPH_NODE, node("Range", "a b c", "y"))
            .message(GRAPH_INITIALIZER, tensor("a", 7).packed(7, 0))
            .message(GRAPH_INITIALIZER, tensor("b", 7).packed(7, 1L << 31))
            .message(GRAPH_INITIALIZER, tensor("c", 7).packed(7, 1))
            .message(GRAPH_OUTPUT, new ProtoWriter().text(1, "y"));
    byte[] model = model(range);
    assertThat(model).hasSizeLessThan(136);
    assertIsRead("a Range of 16 GiB", model);
    var filled =
        graph()
            .message(GRAPH_NODE, node("ConstantOfShape", "s", "y"))
            .message(GRAPH_INITIALIZER, tensor("s", 7, 2).packed(7, 1L << 40, 1L << 40))
            .message(GRAPH_OUTPUT, value("y", 1, Long.MAX_VALUE, Long.MAX_VALUE));
    assertIsRead("a ConstantOfShape of 2^80 floats", model(filled));
    var resize =
        relu().message(GRAPH_INPUT, value("z", 1, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE));
    assertIsRead("an input of 2^189 floats", model(resize));
  }

  private static void assertIsRead(String name, byte[] model) {
    var answer = Bounds.read(name, model.length, () -> ModelReader.read(model));
    assertThat(answer.graph()).as(name).isNotNull();
    assertThat(answer.cost().heapByteSize()).as(name).isLessThan(100_000);
  }

  /** Many of what is small in a file and large in memory. */
  static Stream<Attack> crowds() {
    return Stream.of(
        crowd("empty nodes", GRAPH_NODE, 500_000, i -> new ProtoWriter(), "has no operator"),
        crowd("short nodes", GRAPH_NODE, 300_000, i -> node("A", "", "o" + i), "bytes of heap"),
        crowd("nodes of one output", GRAPH_NODE, 2, i -> node("A", "x", "o"), "writes \"o\""),
        crowd("constants", GRAPH_INITIALIZER, 300_000, i -> tensor("w" + i, 1, 0), "bytes of heap"),
        crowd(
            "integer constants",
            GRAPH_INITIALIZER,
            300_000,
            i -> tensor("w" + i, 7).packed(7, 1),
            "bytes of heap"),
        crowd("inputs", GRAPH_INPUT, 300_000, i -> value("i" + i, 1), "bytes of heap"),
        crowd("unknown fields", 99, 3_000_000, i -> new ProtoWriter(), "one field more than"),
        crowded(
            "attributes",
            "a",
            i -> attribute("a" + i, 2),
            NODE_ATTRIBUTE,
            "more than 256 attributes"),
        large("inputs of one node", nodeOf(1, 1_000_000), "bytes of heap"),
        large("outputs of one node", nodeOf(2, 1_000_000), "bytes of heap"),
        large("integers", integers(2_000_000), "bytes of heap"),
        large("unpacked integers", unpacked(1_000_000), "bytes of heap"),
        large("floats", attribute("f", 6).bytes(7, new byte[4_000_000]), "bytes of heap"),
        large("texts", texts(1_000_000), "bytes of heap"),
        dims(),
        imports());
  }

  private static Attack crowd(
      String name, int field, int count, IntFunction<ProtoWriter> each, String told) {
    var graph = relu();
    for (int i = 0; i < count; i++) {
      graph.message(field, each.apply(i));
    }
    return new Attack("%d %s".formatted(count, name), model(graph), told);
  }

  private static Attack crowded(
      String name, String operator, IntFunction<ProtoWriter> each, int field, String told) {
    var node = node(operator, "x", "z");
    for (int i = 0; i < 200_000; i++) {
      node.message(field, each.apply(i));
    }
    return new Attack("200000 " + name, model(relu().message(GRAPH_NODE, node)), told);
  }

  private static ProtoWriter nodeOf(int field, int count) {
    var node = node("Op", "", "o");
    for (int i = 0; i < count; i++) {
      node.text(field, "");
    }
    return node;
  }

  private static Attack large(String name, ProtoWriter message, String told) {
    boolean isNode = name.endsWith("node");
    var node = isNode ? message : node("Op", "x", "z").message(NODE_ATTRIBUTE, message);
    return new Attack("many " + name, model(relu().message(GRAPH_NODE, node)), told);
  }

  private static ProtoWriter integers(int count) {
    long[] values = new long[count];
    Arrays.setAll(values, i -> 128 + i % 1000);
    return attribute("i", 7).packed(8, values);
  }

  private static ProtoWriter unpacked(int count) {
    var attribute = attribute("i", 7);
    for (int i = 0; i < count; i++) {
      attribute.varint(8, i % 100);
    }
    return attribute;
  }

  private static ProtoWriter texts(int count) {
    var attribute = attribute("t", 8);
    for (int i = 0; i < count; i++) {
      attribute.text(9, "");
    }
    return attribute;
  }

  private static Attack dims() {
    var tensor = tensor("w", 1, new long[1_000_000]);
    return new Attack(
        "1000000 dims", model(relu().message(GRAPH_INITIALIZER, tensor)), "more than 8 dimensions");
  }

  private static Attack imports() {
    var model = new ProtoWriter();
    for (int i = 0; i < 300_000; i++) {
      model.message(MODEL_OPSET_IMPORT, opset("d" + i, 1));
    }
    return new Attack("300000 imports", model.toByteArray(), "bytes of heap");
  }

  @ParameterizedTest
  @MethodSource("crowds")
  void crowdsAreRefused(Attack attack) {
    isRefused(attack);
  }

  @Test
  void aGraphHasAtMostAHundredThousandNodes() {
    var graph = relu();
    for (int i = 0; i <= 100_000; i++) {
      graph.message(GRAPH_NODE, node("A", "x", "o" + i));
    }
    // Bytes that nobody reads, so that the heap suffices.
    byte[] model = model(graph.bytes(10, new byte[60_000_000]));
    var answer = Bounds.read("many nodes", model.length, () -> ModelReader.read(model));
    assertThat(answer.refusal()).hasMessageContaining("one node more than the 100000");
  }

  /** Names of one hash make maps slow where nobody thinks of it. */
  @Test
  void namesOfOneHash() {
    List<String> names = namesOfOneHash(4096);
    var chain = relu();
    String before = "x";
    for (String name : names) {
      chain.message(GRAPH_NODE, node("Relu", before, name));
      before = name;
    }
    byte[] model = model(chain.bytes(10, new byte[1_000_000]));
    var answer = Bounds.read("values of one hash", model.length, () -> ModelReader.read(model));
    assertThat(answer.graph()).isNotNull();
    assertThat(requireNonNull(answer.graph()).nodes()).hasSize(4097);

    var node = node("Op", "x", "z");
    names.subList(0, 256).forEach(name -> node.message(NODE_ATTRIBUTE, attribute(name, 2)));
    byte[] attributes = model(relu().message(GRAPH_NODE, node));
    assertThat(
            Bounds.read(
                    "attributes of one hash", attributes.length, () -> ModelReader.read(attributes))
                .graph())
        .isNotNull();
  }

  private static List<String> namesOfOneHash(int count) {
    List<String> names = List.of("");
    while (names.size() < count) {
      List<String> longer = new ArrayList<>();
      for (String name : names) {
        longer.add(name + "Aa");
        longer.add(name + "BB");
      }
      names = longer;
    }
    assertThat(names.getFirst()).hasSameHashCodeAs(names.getLast());
    return names;
  }

  /** What real files take is what hostile ones are held to. */
  @Test
  void realFilesStayWithinTheBounds() throws IOException {
    assertThat(Models.all()).hasSizeGreaterThanOrEqualTo(5);
    for (var file : Models.all()) {
      var answer = Bounds.read(file.toString(), Files.size(file), () -> ModelReader.read(file));
      Graph graph = requireNonNull(answer.graph());
      assertThat(graph.nodes()).hasSizeGreaterThan(30);
    }
  }
}
