package io.github.conv4j.networks.internal.onnx;

import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_INITIALIZER;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_INPUT;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_NODE;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_OUTPUT;
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
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.testing.Models;
import io.github.conv4j.networks.testing.ProtoWriter;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What good files hold, in all the ways in which writers write it. */
class ModelReaderTest {
  private static Graph read(ProtoWriter graph) {
    return ModelReader.read(model(graph));
  }

  private static Constant constant(ProtoWriter tensor) {
    return requireNonNull(read(add(tensor)).constants().get("w"));
  }

  private static Attribute attributeOf(ProtoWriter attribute) {
    Graph graph =
        read(
            graph()
                .message(GRAPH_NODE, node("Op", "x", "y").message(NODE_ATTRIBUTE, attribute))
                .message(GRAPH_INPUT, value("x", 1, 1))
                .message(GRAPH_OUTPUT, value("y", 1, 1)));
    return requireNonNull(graph.nodes().getFirst().attributes().get("a"));
  }

  @Test
  void aSmallModel() {
    Graph graph = read(add(floats("w", 1, -2.5f, 3)));
    assertThat(graph.name()).isEqualTo("g");
    assertThat(graph.opset()).isEqualTo(17);
    assertThat(graph.inputs()).hasToString("[x: FLOAT[1, 3]]");
    assertThat(graph.outputs()).hasToString("[y: FLOAT[1, 3]]");
    assertThat(graph.nodes()).hasToString("[Add]");
    assertThat(graph.nodes().getFirst().inputs()).containsExactly("x", "w");
    assertThat(graph.constants()).containsOnlyKeys("w");
    Constant w = requireNonNull(graph.constants().get("w"));
    assertThat(w).hasToString("FLOAT[3]");
    assertThat(w.data().isReadOnly()).isTrue();
    assertThat(w.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)).containsExactly(1, -2.5f, 3);
  }

  /** Each type: its number, its field, two values as varints, and the bytes that they are. */
  static Stream<Arguments> types() {
    return Stream.of(
        Arguments.of(ElementType.UINT8, 2, 5, new long[] {0, 255}, bytes(0, 255)),
        Arguments.of(ElementType.INT8, 3, 5, new long[] {-128, 127}, bytes(0x80, 0x7F)),
        Arguments.of(ElementType.UINT16, 4, 5, new long[] {1, 65_535}, bytes(1, 0, 255, 255)),
        Arguments.of(ElementType.INT16, 5, 5, new long[] {-2, 258}, bytes(0xFE, 0xFF, 2, 1)),
        Arguments.of(
            ElementType.INT32,
            6,
            5,
            new long[] {-1, 1 << 24},
            bytes(255, 255, 255, 255, 0, 0, 0, 1)),
        Arguments.of(
            ElementType.INT64,
            7,
            7,
            new long[] {-1, 1L << 56},
            bytes(255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 0, 1)),
        Arguments.of(ElementType.BOOL, 9, 5, new long[] {1, 0}, bytes(1, 0)),
        Arguments.of(
            ElementType.FLOAT16, 10, 5, new long[] {0x3C00, 0xC000}, bytes(0, 0x3C, 0, 0xC0)),
        Arguments.of(
            ElementType.UINT32,
            12,
            11,
            new long[] {0xFFFF_FFFFL, 2},
            bytes(255, 255, 255, 255, 2, 0, 0, 0)),
        Arguments.of(
            ElementType.UINT64,
            13,
            11,
            new long[] {-1, 3},
            bytes(255, 255, 255, 255, 255, 255, 255, 255, 3, 0, 0, 0, 0, 0, 0, 0)),
        Arguments.of(
            ElementType.BFLOAT16, 16, 5, new long[] {0x3F80, 0x4000}, bytes(0x80, 0x3F, 0, 0x40)));
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @ParameterizedTest
  @MethodSource("types")
  void integersOnTheWire(ElementType type, int number, int field, long[] values, byte[] wanted) {
    assertHolds(tensor("w", number, 2).bytes(RAW_DATA, wanted), type, wanted);
    assertHolds(tensor("w", number, 2).packed(field, values), type, wanted);
    assertHolds(
        tensor("w", number, 2).varint(field, values[0]).varint(field, values[1]), type, wanted);
    assertHolds(
        tensor("w", number, 2).packed(field, values[0]).varint(field, values[1]), type, wanted);
  }

  private static void assertHolds(ProtoWriter tensor, ElementType type, byte[] wanted) {
    Constant constant = constant(tensor);
    assertThat(constant.type()).isEqualTo(type);
    assertThat(constant.dims()).containsExactly(2);
    assertThat(constant.data().toArray(ValueLayout.JAVA_BYTE)).isEqualTo(wanted);
  }

  @Test
  void floatsOnTheWire() {
    byte[] wanted = bytes(0, 0, 0x80, 0x3F, 0, 0, 0, 0xC0);
    assertHolds(tensor("w", 1, 2).bytes(RAW_DATA, wanted), ElementType.FLOAT, wanted);
    assertHolds(tensor("w", 1, 2).packed(4, 1f, -2f), ElementType.FLOAT, wanted);
    assertHolds(tensor("w", 1, 2).fixed32(4, 1f).fixed32(4, -2f), ElementType.FLOAT, wanted);
    assertHolds(tensor("w", 1, 2).packed(4, 1f).fixed32(4, -2f), ElementType.FLOAT, wanted);
  }

  @Test
  void doublesOnTheWire() {
    byte[] wanted = bytes(0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0xC0);
    assertHolds(tensor("w", 11, 2).bytes(RAW_DATA, wanted), ElementType.DOUBLE, wanted);
    assertHolds(tensor("w", 11, 2).packed(10, 1d, -2d), ElementType.DOUBLE, wanted);
    assertHolds(tensor("w", 11, 2).fixed64(10, 1).fixed64(10, -2), ElementType.DOUBLE, wanted);
  }

  /** More than are stored at once, in pieces that end anywhere. */
  @Test
  void manyIntegersInPieces() {
    for (int count : new int[] {511, 512, 513, 4095, 4096, 4097, 10_001}) {
      long[] values = new long[count];
      Arrays.setAll(values, i -> i * 0x1_0001_0001L);
      long[] first = Arrays.copyOf(values, count / 3);
      long[] rest = Arrays.copyOfRange(values, count / 3, count);
      Constant constant = constant(tensor("w", 7, count).packed(7, first).packed(7, rest));
      assertThat(constant.data().toArray(ValueLayout.JAVA_LONG_UNALIGNED)).isEqualTo(values);
      Arrays.setAll(values, i -> i % 256);
      Constant bytes = constant(tensor("w", 2, count).packed(5, values));
      for (int i = 0; i < count; i++) {
        assertThat(bytes.data().get(ValueLayout.JAVA_BYTE, i)).isEqualTo((byte) i);
      }
    }
  }

  @Test
  void memoryThatIsNotThereIsTold() {
    Arena none =
        new Arena() {
          @Override
          public MemorySegment allocate(long byteSize, long byteAlignment) {
            throw new OutOfMemoryError("Cannot reserve 16 bytes of direct buffer memory");
          }

          @Override
          public MemorySegment.Scope scope() {
            return Arena.global().scope();
          }

          @Override
          public void close() {}
        };
    MemorySegment model = MemorySegment.ofArray(model(add(tensor("w", 7, 2).packed(7, 1, 2))));
    assertThatThrownBy(() -> ModelReader.read(model, null, none))
        .isInstanceOf(InvalidModelException.class)
        .hasMessage(
            "tensor \"w\" takes 16 bytes off the heap, which are not there: see"
                + " -XX:MaxDirectMemorySize");
  }

  @Test
  void dimsPackedAndUnpackedAndNone() {
    var unpacked = new ProtoWriter().varint(1, 2).varint(1, 1).varint(2, 1).text(8, "w");
    assertThat(constant(unpacked.packed(4, 1f, 2f)).dims()).containsExactly(2, 1);
    assertThat(constant(tensor("w", 1).packed(4, 7f)).dims()).isEmpty();
    assertThat(constant(tensor("w", 1, 0, 1L << 62, 4)).elementCount()).isZero();
    assertThat(constant(tensor("w", 1, 2, 0).bytes(RAW_DATA)).data().byteSize()).isZero();
  }

  /** The bytes of the array do not matter any more. */
  @Test
  void bytesAreCopiedOnce() {
    byte[] model = model(add(floats("w", 42)));
    Constant w = requireNonNull(ModelReader.read(model).constants().get("w"));
    Arrays.fill(model, (byte) 0);
    assertThat(w.data().get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0)).isEqualTo(42);
  }

  /** Whatever is before it, raw data is a slice of the file, mostly at an odd address. */
  @Test
  void rawDataAtAnyAddressIsASliceOfTheFile(@TempDir Path folder) throws IOException {
    for (int shift = 0; shift < 8; shift++) {
      Path file = folder.resolve("shift" + shift + ".onnx");
      Files.write(file, model(add(floats("w", 1, 2, 3).text(12, "d".repeat(shift)))));
      Constant first = requireNonNull(ModelReader.read(file).constants().get("w"));
      assertThat(first.data().isMapped()).isTrue();
      assertThat(first.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)).containsExactly(1, 2, 3);
    }
  }

  @Test
  void anInputThatIsAConstantTooIsNoInput() {
    Graph graph = read(add(floats("w", 1, 2, 3)).message(GRAPH_INPUT, value("w", 1, 3)));
    assertThat(graph.inputs()).hasToString("[x: FLOAT[1, 3]]");
    assertThat(graph.constants()).containsOnlyKeys("w");
  }

  @Test
  void anOptionalInputMayBeAbsent() {
    Graph graph =
        read(
            graph()
                .message(GRAPH_NODE, node("Clip", "x  w", "y"))
                .message(GRAPH_INITIALIZER, tensor("w", 1).packed(4, 6f))
                .message(GRAPH_INPUT, value("x", 1, 1))
                .message(GRAPH_OUTPUT, value("y", 1, 1)));
    Node clip = graph.nodes().getFirst();
    assertThat(clip.inputs()).containsExactly("x", "", "w");
    assertThat(clip.hasInput(1)).isFalse();
    assertThat(clip.hasInput(2)).isTrue();
  }

  @Test
  void anOutputMayBeAbsentMoreThanOnce() {
    Graph graph =
        read(
            graph()
                .message(GRAPH_NODE, node("A", "x", " a "))
                .message(GRAPH_NODE, node("B", "a", " y"))
                .message(GRAPH_INPUT, value("x", 1, 1))
                .message(GRAPH_OUTPUT, value("y", 1, 1)));
    assertThat(graph.nodes().get(0).outputs()).containsExactly("", "a", "");
    assertThat(graph.nodes().get(1).outputs()).containsExactly("", "y");
  }

  @Test
  void dimsOfInputs() {
    var shape =
        new ProtoWriter()
            .message(1, new ProtoWriter().varint(1, -1))
            .message(1, new ProtoWriter().text(2, "batch"))
            .message(1, new ProtoWriter().text(2, "?"))
            .message(1, new ProtoWriter().text(2, ""))
            .message(1, new ProtoWriter())
            .message(1, new ProtoWriter().varint(1, 0).text(3, "DATA_CHANNEL"))
            .message(1, new ProtoWriter().varint(1, 3));
    var graph =
        graph()
            .message(GRAPH_NODE, node("Relu", "x", "y"))
            .message(GRAPH_INPUT, value("x", 1, shape))
            .message(GRAPH_OUTPUT, new ProtoWriter().text(1, "y"));
    assertThat(requireNonNull(read(graph).inputs().getFirst().dims()))
        .containsExactly(
            new Dim.Unknown(),
            new Dim.Symbol("batch"),
            new Dim.Unknown(),
            new Dim.Unknown(),
            new Dim.Unknown(),
            new Dim.Fixed(0),
            new Dim.Fixed(3));
    assertThat(read(graph).outputs()).hasToString("[y: ?[...]]");
  }

  @Test
  void aScalarIsNotAnUnknownRank() {
    var unknown =
        new ProtoWriter()
            .text(1, "u")
            .message(2, new ProtoWriter().message(1, new ProtoWriter().varint(1, 7)));
    Graph graph = read(relu().message(GRAPH_INPUT, value("s", 1)).message(GRAPH_INPUT, unknown));
    assertThat(graph.inputs()).hasToString("[x: FLOAT[1, 3], s: FLOAT[], u: INT64[...]]");
  }

  @Test
  void attributes() {
    assertThat(attributeOf(attribute("a", 1).fixed32(2, 0.5f))).isEqualTo(new Attribute.Real(0.5f));
    assertThat(attributeOf(attribute("a", 2).varint(3, -7))).isEqualTo(new Attribute.Int(-7));
    assertThat(attributeOf(attribute("a", 3).text(4, "SAME")))
        .isEqualTo(new Attribute.Text("SAME"));
    assertThat(attributeOf(attribute("a", 6).packed(7, 1f, 2f)))
        .isEqualTo(attributeOf(attribute("a", 6).fixed32(7, 1f).fixed32(7, 2f)))
        .isEqualTo(new Attribute.Reals(List.of(1f, 2f)));
    assertThat(attributeOf(attribute("a", 7).packed(8, 1, -1)))
        .isEqualTo(attributeOf(attribute("a", 7).varint(8, 1).varint(8, -1)))
        .isEqualTo(new Attribute.Ints(List.of(1L, -1L)));
    assertThat(attributeOf(attribute("a", 8).text(9, "p").text(9, "q")))
        .isEqualTo(new Attribute.Texts(List.of("p", "q")));
    Attribute tensor = attributeOf(attribute("a", 4).message(5, tensor("", 7).packed(7, 5)));
    assertThat(tensor).isInstanceOf(Attribute.Tensor.class).asString().contains("INT64[]");
  }

  @Test
  void attributesOfOldWritersHaveNoType() {
    assertThat(attributeOf(new ProtoWriter().text(1, "a").varint(3, 4)))
        .isEqualTo(new Attribute.Int(4));
    assertThat(attributeOf(new ProtoWriter().text(1, "a").packed(8, 4)))
        .isEqualTo(new Attribute.Ints(List.of(4L)));
  }

  @Test
  void attributesOfProto3HaveNoZeros() {
    assertThat(attributeOf(attribute("a", 1))).isEqualTo(new Attribute.Real(0));
    assertThat(attributeOf(attribute("a", 2))).isEqualTo(new Attribute.Int(0));
    assertThat(attributeOf(attribute("a", 3))).isEqualTo(new Attribute.Text(""));
    assertThat(attributeOf(attribute("a", 7))).isEqualTo(new Attribute.Ints(List.of()));
  }

  @Test
  void theLastOfTwoValuesCounts() {
    assertThat(attributeOf(attribute("a", 2).varint(3, 1).varint(3, 2)))
        .isEqualTo(new Attribute.Int(2));
  }

  @Test
  void constantNodesAreConstants() {
    Graph graph =
        read(
            graph()
                .message(
                    GRAPH_NODE,
                    constantNode("t", attribute("value", 4).message(5, floats("", 1, 2))))
                .message(GRAPH_NODE, constantNode("f", attribute("value_float", 1).fixed32(2, 3)))
                .message(
                    GRAPH_NODE, constantNode("fs", attribute("value_floats", 6).packed(7, 4f, 5f)))
                .message(GRAPH_NODE, constantNode("i", attribute("value_int", 2).varint(3, -6)))
                .message(GRAPH_NODE, constantNode("is", attribute("value_ints", 7).packed(8, 7, 8)))
                .message(GRAPH_NODE, node("Sum", "t f fs", "y"))
                .message(GRAPH_OUTPUT, value("y", 1, 2)));
    assertThat(graph.nodes()).hasToString("[Sum]");
    assertThat(graph.constants())
        .hasToString("{t=FLOAT[2], f=FLOAT[], fs=FLOAT[2], i=INT64[], is=INT64[2]}");
    assertThat(values(graph, "fs").toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)).containsExactly(4, 5);
    assertThat(values(graph, "i").get(ValueLayout.JAVA_LONG_UNALIGNED, 0)).isEqualTo(-6);
    assertThat(values(graph, "is").toArray(ValueLayout.JAVA_LONG_UNALIGNED)).containsExactly(7, 8);
    assertThat(values(graph, "f").get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0)).isEqualTo(3);
  }

  private static MemorySegment values(Graph graph, String constant) {
    return requireNonNull(graph.constants().get(constant)).data();
  }

  private static ProtoWriter constantNode(String output, ProtoWriter attribute) {
    return node("Constant", "", output).message(NODE_ATTRIBUTE, attribute);
  }

  @Test
  void textsThatNobodyReadsAreLetBe() {
    var texts = new ProtoWriter().varint(2, 8).text(6, "a label").text(8, "labels");
    var node = constantNode("names", attribute("value_string", 3).text(4, "b"));
    Graph graph = read(relu().message(GRAPH_INITIALIZER, texts).message(GRAPH_NODE, node));
    assertThat(graph.constants()).isEmpty();
    assertThatThrownBy(
            () ->
                read(
                    relu()
                        .message(GRAPH_INITIALIZER, texts)
                        .message(GRAPH_NODE, node("Relu", "labels", "z"))))
        .isInstanceOf(UnsupportedOperatorException.class)
        .hasMessageContaining("reads the constant \"labels\" of STRING");
    assertThatThrownBy(
            () -> read(graph().message(GRAPH_NODE, node).message(GRAPH_OUTPUT, value("names", 1))))
        .isInstanceOf(UnsupportedOperatorException.class)
        .hasMessageContaining("output \"names\" at byte", "is a constant of STRING");
  }

  @Test
  void domains() {
    var graph =
        graph()
            .message(GRAPH_NODE, node("Relu", "x", "a").text(7, "ai.onnx"))
            .message(GRAPH_NODE, node("FusedConv", "a", "y").text(7, "com.microsoft"))
            .message(GRAPH_INPUT, value("x", 1, 1))
            .message(GRAPH_OUTPUT, value("y", 1, 1));
    byte[] model =
        new ProtoWriter()
            .message(MODEL_OPSET_IMPORT, opset("ai.onnx", 13))
            .message(MODEL_OPSET_IMPORT, opset("", 13))
            .message(MODEL_OPSET_IMPORT, opset("com.microsoft", 1))
            .message(MODEL_OPSET_IMPORT, opset("ai.onnx.ml", 3))
            .message(MODEL_GRAPH, graph)
            .toByteArray();
    Graph read = ModelReader.read(model);
    assertThat(read.opset()).isEqualTo(13);
    assertThat(read.nodes()).hasToString("[Relu, com.microsoft.FusedConv]");
  }

  @ParameterizedTest
  @CsvSource({"7", "8", "13", "22", "23"})
  void opsetsThatAreRun(int opset) {
    assertThat(ModelReader.read(model(relu(), opset)).opset()).isEqualTo(opset);
  }

  @ParameterizedTest
  @CsvSource({"1", "6", "24", "2147483648"})
  void opsetsThatAreNot(long opset) {
    assertThatThrownBy(() -> ModelReader.read(model(relu(), opset)))
        .isInstanceOf(UnsupportedOperatorException.class)
        .hasMessageContaining("version %d of ONNX's operators, but conv4j runs 7 to 23", opset);
  }

  @Test
  void unknownFieldsAreSkipped() {
    var node = node("Relu", "x", "y").varint(90, 1).fixed32(91, 1).fixed64(92, 1).text(93, "new");
    var graph =
        graph()
            .message(GRAPH_NODE, node)
            .message(GRAPH_INPUT, value("x", 1, 1).text(90, "new"))
            .message(GRAPH_OUTPUT, value("y", 1, 1))
            .message(13, value("skipped", 99, -5))
            .message(14, new ProtoWriter().text(1, "w"));
    assertThat(read(graph).nodes()).hasSize(1);
  }

  @Test
  void fieldsInAnyOrder() {
    var node =
        new ProtoWriter()
            .message(NODE_ATTRIBUTE, new ProtoWriter().varint(3, 2).varint(20, 2).text(1, "axis"))
            .text(4, "Softmax")
            .text(2, "y")
            .text(1, "x");
    var graph =
        new ProtoWriter()
            .message(GRAPH_OUTPUT, value("y", 1, 1))
            .message(GRAPH_NODE, node)
            .message(GRAPH_INPUT, value("x", 1, 1));
    byte[] model =
        new ProtoWriter()
            .message(MODEL_OPSET_IMPORT, opset("", 9))
            .message(MODEL_GRAPH, graph)
            .toByteArray();
    assertThat(ModelReader.read(model).nodes().getFirst().attributes())
        .containsEntry("axis", new Attribute.Int(2));
  }

  @Test
  void externalData(@TempDir Path folder) throws IOException {
    Files.createDirectory(folder.resolve("weights"));
    ByteBuffer data = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(folder.resolve("weights/w.bin"), data.putFloat(4, 2.5f).putFloat(8, 3.5f).array());
    Path model = folder.resolve("model.onnx");
    Files.write(
        model,
        model(
            add(external("w", "location", "weights/w.bin", "offset", "4", "length", "4"))
                .message(
                    GRAPH_INITIALIZER,
                    external(
                        "v", "location", "weights/w.bin", "offset", "8", "checksum", "beef"))));
    Graph graph = ModelReader.read(model);
    assertThat(values(graph, "w").get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0)).isEqualTo(2.5f);
    assertThat(values(graph, "w").isMapped()).isTrue();
    assertThat(values(graph, "v").get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0)).isEqualTo(3.5f);
  }

  @Test
  void externalDataBeyondTwoGigabytes(@TempDir Path folder) throws IOException {
    long offset = 5L << 30;
    try (FileChannel file =
        FileChannel.open(
            folder.resolve("large"),
            StandardOpenOption.CREATE_NEW,
            StandardOpenOption.SPARSE,
            StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putFloat(0, 1.25f), offset);
    }
    Path model = folder.resolve("model.onnx");
    Files.write(model, model(add(external("w", "location", "large", "offset", "" + offset))));
    assertThat(values(ModelReader.read(model), "w").get(ValueLayout.JAVA_FLOAT_UNALIGNED, 0))
        .isEqualTo(1.25f);
  }

  /** The user's own path may go through links; the model's may not. */
  @Test
  void theFolderMayBeReachedThroughALink(@TempDir Path folder) throws IOException {
    Path real = Files.createDirectory(folder.resolve("real"));
    Files.write(real.resolve("w"), new byte[4]);
    Files.write(real.resolve("model.onnx"), model(add(external("w", "location", "w"))));
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    assertThat(ModelReader.read(link.resolve("model.onnx")).constants()).containsOnlyKeys("w");
  }

  @Test
  void aMappedFileThatBecomesShorterIsTold(@TempDir Path folder) throws IOException {
    Path file = folder.resolve("model.onnx");
    Files.write(file, model(relu().text(10, "d".repeat(20_000))));
    try (Arena arena = Arena.ofShared();
        FileChannel channel =
            FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
      assertThat(ModelReader.read(bytes, null, arena).nodes()).hasSize(1);
      channel.truncate(0);
      assertThatThrownBy(() -> ModelReader.read(bytes, null, arena))
          .isInstanceOf(InvalidModelException.class)
          .hasMessage("a file of the model became shorter while it was read");
    }
  }

  /** Counted once by the classes that protobuf generates. */
  @ParameterizedTest
  @CsvSource({
    "ch_PP-OCRv3_det_infer.onnx, 12, 314, 398, 592777",
    "ch_PP-OCRv3_rec_infer.onnx, 12, 355, 377, 2652386",
    "ch_PP-OCRv4_det_infer.onnx, 12, 330, 342, 1171841",
    "ch_PP-OCRv4_rec_infer.onnx, 12, 440, 420, 2690352",
    "ch_ppocr_mobile_v2.0_cls_infer.onnx, 11, 258, 308, 133700"
  })
  void realFiles(String name, int opset, int nodes, int constants, long parameters)
      throws IOException {
    Graph graph = ModelReader.read(Models.of(name));
    assertThat(graph.opset()).isEqualTo(opset);
    assertThat(graph.nodes()).hasSize(nodes);
    assertThat(graph.constants()).hasSize(constants);
    assertThat(
            graph.constants().values().stream()
                .filter(constant -> constant.type() == ElementType.FLOAT)
                .mapToLong(Constant::elementCount)
                .sum())
        .isEqualTo(parameters);
    assertSame(ModelReader.read(Files.readAllBytes(Models.of(name))), graph);
  }

  private static void assertSame(Graph fromBytes, Graph fromFile) {
    assertThat(fromBytes.nodes()).hasSameSizeAs(fromFile.nodes());
    assertThat(fromBytes.constants().keySet()).isEqualTo(fromFile.constants().keySet());
    fromBytes
        .constants()
        .forEach(
            (name, constant) ->
                assertThat(constant.data().mismatch(values(fromFile, name))).isEqualTo(-1));
  }

  /** As protobuf's generated classes read them. */
  @Test
  void realWeights() {
    Graph graph = ModelReader.read(Models.of("ch_PP-OCRv4_rec_infer.onnx"));
    double sum = 0;
    double squares = 0;
    for (Constant constant : graph.constants().values()) {
      if (constant.type() == ElementType.FLOAT) {
        for (float weight : constant.data().toArray(ValueLayout.JAVA_FLOAT_UNALIGNED)) {
          sum += weight;
          squares += weight * weight;
        }
      }
    }
    assertThat(sum).isCloseTo(16_393.643_138_53, within(1e-3));
    assertThat(squares).isCloseTo(135_692_236.949_244, within(1e-3));
  }
}
