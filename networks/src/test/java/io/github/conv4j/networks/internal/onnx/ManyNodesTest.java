package io.github.conv4j.networks.internal.onnx;

import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_INITIALIZER;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_INPUT;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_NODE;
import static io.github.conv4j.networks.testing.OnnxWriter.GRAPH_OUTPUT;
import static io.github.conv4j.networks.testing.OnnxWriter.NODE_ATTRIBUTE;
import static io.github.conv4j.networks.testing.OnnxWriter.attribute;
import static io.github.conv4j.networks.testing.OnnxWriter.external;
import static io.github.conv4j.networks.testing.OnnxWriter.graph;
import static io.github.conv4j.networks.testing.OnnxWriter.model;
import static io.github.conv4j.networks.testing.OnnxWriter.node;
import static io.github.conv4j.networks.testing.OnnxWriter.tensor;
import static io.github.conv4j.networks.testing.OnnxWriter.value;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.networks.testing.Bounds;
import io.github.conv4j.networks.testing.ProtoWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Good models that are nearly all nodes: their weights are generated, or in files beside. */
class ManyNodesTest {
  /**
   * As ONNX's light graphs are: weights by ConstantOfShape, and convolutions with all attributes.
   */
  private static ProtoWriter generated(int count) {
    var graph = graph().message(GRAPH_INPUT, value("x", 1, 1, 8, 9, 9));
    String before = "x";
    for (int i = 0; i < count; i++) {
      String shape = "features.denseblock.%d.conv_shape".formatted(i);
      String weights = "features.denseblock.%d.conv_weights".formatted(i);
      String after = "features.denseblock.%d.conv_output".formatted(i);
      graph
          .message(GRAPH_INITIALIZER, tensor(shape, 7, 4).packed(7, 8, 8, 3, 3))
          .message(GRAPH_NODE, node("ConstantOfShape", shape, weights))
          .message(GRAPH_NODE, convolution(before + " " + weights, after));
      before = after;
    }
    return graph.message(GRAPH_OUTPUT, value(before, 1, 1, 8, 9, 9));
  }

  private static ProtoWriter convolution(String inputs, String output) {
    return node("Conv", inputs, output)
        .message(NODE_ATTRIBUTE, attribute("dilations", 7).packed(8, 1, 1))
        .message(NODE_ATTRIBUTE, attribute("group", 2).varint(3, 1))
        .message(NODE_ATTRIBUTE, attribute("kernel_shape", 7).packed(8, 3, 3))
        .message(NODE_ATTRIBUTE, attribute("pads", 7).packed(8, 1, 1, 1, 1))
        .message(NODE_ATTRIBUTE, attribute("strides", 7).packed(8, 1, 1));
  }

  @Test
  void weightsThatAreGenerated() {
    byte[] model = model(generated(1500));
    assertThat(model).hasSizeLessThan(1_000_000);
    var answer = Bounds.read("3000 nodes", model.length, () -> ModelReader.read(model));
    assertThat(answer.refusal()).isNull();
    assertThat(requireNonNull(answer.graph()).nodes()).hasSize(3000);
  }

  @Test
  void weightsInAFileBeside(@TempDir Path folder) throws IOException {
    var graph = graph().message(GRAPH_INPUT, value("x", 1, 1, 8, 9, 9));
    graph.message(GRAPH_INITIALIZER, external("w", "location", "weights"));
    for (int i = 0; i < 8000; i++) {
      String before = i == 0 ? "x" : "stage.%d.output".formatted(i);
      graph.message(GRAPH_NODE, convolution(before + " w", "stage.%d.output".formatted(i + 1)));
    }
    graph.message(GRAPH_OUTPUT, value("stage.8000.output", 1, 1, 8, 9, 9));
    Path model = Files.write(folder.resolve("model.onnx"), model(graph));
    Path weights = Files.write(folder.resolve("weights"), new byte[4]);
    assertThat(Bounds.read("small", Files.size(model), () -> ModelReader.read(model)).refusal())
        .hasMessageContaining("bytes of heap that a model of this size may take");
    try (var file = FileChannel.open(weights, StandardOpenOption.WRITE)) {
      file.write(ByteBuffer.allocate(1), 20_000_000);
    }
    long byteSize = Files.size(model) + Files.size(weights);
    var answer = Bounds.read("8000 nodes", byteSize, () -> ModelReader.read(model));
    assertThat(answer.refusal()).isNull();
    assertThat(requireNonNull(answer.graph()).nodes()).hasSize(8000);
  }
}
