package io.github.conv4j.networks.internal.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.testing.Graphs;
import io.github.conv4j.networks.testing.Models;
import io.github.conv4j.networks.testing.RandomGraph;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is what is read. */
class ModelWriterTest {
  private static Graph graph(Map<String, Attribute> attributes, Constant constant, int opset) {
    return new Graph(
        "g",
        opset,
        List.of(
            new ValueInfo(
                "x",
                ElementType.FLOAT,
                List.of(new Dim.Fixed(0), new Dim.Symbol("height"), new Dim.Unknown())),
            new ValueInfo("scalar", ElementType.BOOL, List.of()),
            new ValueInfo("any", ElementType.BFLOAT16, null)),
        List.of(new ValueInfo("y", null, null), new ValueInfo("c", null, List.of())),
        Map.of("c", constant),
        List.of(
            new Node("näme", "", "Operator", List.of("x", "", "c"), List.of("", "y"), attributes),
            new Node("", "com.microsoft", "Other", List.of("y"), List.of("z"), Map.of())));
  }

  private static final Constant NONE = Constant.of(new float[0], 3, 0);

  @Test
  void keepsEveryKindOfAttribute() {
    Graph graph =
        graph(
            Map.of(
                "int", Attribute.of(Long.MIN_VALUE),
                "real", Attribute.of(Float.NaN),
                "text", Attribute.of("ümlaut"),
                "empty", Attribute.of(""),
                "ints", Attribute.ofInts(0, -1, Long.MAX_VALUE),
                "no ints", Attribute.ofInts(),
                "reals", new Attribute.Reals(List.of(-0f, Float.MIN_VALUE)),
                "texts", new Attribute.Texts(List.of("", "b")),
                "tensor", new Attribute.Tensor(Constant.of(new long[] {-5}))),
            NONE,
            17);

    Graphs.assertSame(ModelReader.read(ModelWriter.bytes(graph)), graph);
  }

  @ParameterizedTest
  @EnumSource
  void keepsEveryType(ElementType type) {
    byte[] bytes = new byte[6 * type.byteSize()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (type == ElementType.BOOL ? i & 1 : 37 * i);
    }
    var constant = new Constant(type, new long[] {2, 3, 1}, MemorySegment.ofArray(bytes));
    Graph graph = graph(Map.of(), constant, 23);

    Graphs.assertSame(ModelReader.read(ModelWriter.bytes(graph)), graph);
  }

  @Test
  void writesTheSameBytesAgain() {
    Graph graph = graph(Map.of("b", Attribute.of(1), "a", Attribute.of(2)), NONE, 13);

    assertThat(ModelWriter.bytes(ModelReader.read(ModelWriter.bytes(graph))))
        .isEqualTo(ModelWriter.bytes(graph));
  }

  @Test
  void keepsGraphsByChance() {
    for (long seed = 0; seed < 300; seed++) {
      Graph graph = RandomGraph.of(seed);
      Graphs.assertSame(ModelReader.read(ModelWriter.bytes(graph)), graph);
    }
  }

  static Stream<Path> files() {
    return Models.all().stream();
  }

  @ParameterizedTest
  @MethodSource("files")
  void keepsRealFiles(Path file, @TempDir Path folder) throws IOException {
    Network network = Network.read(file);
    Path copy = folder.resolve("copy.onnx");

    network.write(copy);

    Graphs.assertSame(Network.read(copy).graph(), network.graph());
    assertThat(Files.size(copy)).isGreaterThan(network.constantByteSize());
    try (Stream<Path> left = Files.list(folder)) {
      assertThat(left).containsExactly(copy);
    }
  }

  @Test
  void replacesTheFileThatItsConstantsAreReadFrom(@TempDir Path folder) throws IOException {
    Path file =
        Files.copy(Models.of("ch_ppocr_mobile_v2.0_cls_infer.onnx"), folder.resolve("a.onnx"));
    Network network = Network.read(file);

    network.write(file);

    Graphs.assertSame(Network.read(file).graph(), network.graph());
  }

  @Test
  void refusesWhatNoReaderTakes() {
    assertThatThrownBy(() -> ModelWriter.requireFits(1L << 31))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "the model would have 2147483648 bytes, but a message of protobuf has at most"
                + " 2147483647: external data is not written");
  }

  @Test
  void saysThatThereIsNoFolder(@TempDir Path folder) {
    Graph graph = graph(Map.of(), NONE, 13);
    assertThatThrownBy(() -> Network.of(graph).write(folder.resolve("none").resolve("a.onnx")))
        .isInstanceOf(IOException.class);
  }
}
