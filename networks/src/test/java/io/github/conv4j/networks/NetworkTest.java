package io.github.conv4j.networks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.conv4j.networks.graph.Attribute;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.GraphBuilder;
import io.github.conv4j.networks.testing.Models;
import io.github.conv4j.networks.testing.OnnxWriter;
import io.github.conv4j.networks.testing.ProtoWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Networks as users see them. */
class NetworkTest {
  @Test
  void aRealFileInALine() {
    Network network = Network.read(Models.of("ch_PP-OCRv4_det_infer.onnx"));
    assertThat(network)
        .hasToString(
            "network \"Model from PaddlePaddle.\" of opset 12: 330 nodes, 1,171,841 parameters in"
                + " 342 constants (4,687,364 bytes)");
    assertThat(network.inputs()).hasSize(1);
    assertThat(network.outputs()).hasSize(1);
    assertThat(network.nodes()).hasSize(330).isEqualTo(network.graph().nodes());
  }

  @Test
  void aRealFileAsAListing() {
    Locale before = Locale.getDefault();
    Locale.setDefault(Locale.GERMANY);
    try {
      assertThat(Network.read(Models.of("ch_PP-OCRv4_det_infer.onnx")).summary())
          .isEqualTo(
              """
              network "Model from PaddlePaddle." of opset 12: 330 nodes, 1,171,841 parameters in 342 constants (4,687,364 bytes)
                input  "x" FLOAT[p2o.DynamicDimension.0, 3, p2o.DynamicDimension.1, p2o.DynamicDimension.2]
                output "sigmoid_0.tmp_0" FLOAT[p2o.DynamicDimension.3, 1, p2o.DynamicDimension.4, p2o.DynamicDimension.5]
                    89 Add
                    86 Mul
                    62 Conv
                    24 Clip
                    24 Div
                    12 Relu
                    10 GlobalAveragePool
                    10 HardSigmoid
                     6 Resize
                     3 BatchNormalization
                     2 ConvTranspose
                     1 Concat
                     1 Sigmoid
              """);
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void aFileAndItsBytesAreTheSameNetwork() throws IOException {
    Path file = Models.of("ch_ppocr_mobile_v2.0_cls_infer.onnx");
    assertThat(Network.read(Files.readAllBytes(file)).summary())
        .isEqualTo(Network.read(file).summary());
  }

  @Test
  void aNetworkInCode() {
    var builder = new GraphBuilder(17).name("small");
    String x = builder.input("x", ElementType.FLOAT, new Dim.Symbol("n"), new Dim.Fixed(2));
    String w = builder.constant(Constant.of(new float[] {1, 2, 3, 4}, 2, 2));
    String product = builder.node("Gemm", List.of(x, w), Map.of("alpha", Attribute.of(2f)));
    builder.output(builder.node("Relu", List.of(product)));
    Network network = Network.of(builder.build());
    assertThat(network.summary())
        .isEqualTo(
            """
            network "small" of opset 17: 2 nodes, 4 parameters in 1 constant (16 bytes)
              input  "x" FLOAT[n, 2]
              output "relu_3" ?[...]
                   1 Gemm
                   1 Relu
            """);
  }

  @Test
  void aListingHasNoEffectOnATerminal() {
    String evil = "\u001B[2J\n";
    var graph =
        new ProtoWriter()
            .text(2, evil)
            .message(OnnxWriter.GRAPH_NODE, OnnxWriter.node(evil, "x", evil))
            .message(
                OnnxWriter.GRAPH_INPUT,
                OnnxWriter.value(
                    "x", 1, new ProtoWriter().message(1, new ProtoWriter().text(2, evil))))
            .message(OnnxWriter.GRAPH_OUTPUT, new ProtoWriter().text(1, evil));
    Network network = Network.read(OnnxWriter.model(graph));
    assertThat(network.summary().lines()).hasSize(4);
    assertThat(
            network.summary().replace("\n", "").chars().filter(Character::isISOControl).toArray())
        .isEmpty();
    assertThat(network.toString()).doesNotContain("\n").doesNotContain("\u001B");
  }

  @Test
  void whatIsNoModelIsToldInASentence(@TempDir Path folder) {
    assertThatThrownBy(() -> Network.read(folder.resolve("none.onnx")))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith("there is no file \"")
        .hasMessageEndingWith("none.onnx\"");
    assertThatThrownBy(() -> Network.read("no model".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(InvalidModelException.class)
        .hasMessageStartingWith("at byte 0: ");
  }

  /** Nothing is closed: a file stays mapped as long as one of its constants is reachable. */
  @Test
  void memoryGoesWithTheLastConstant(@TempDir Path folder)
      throws IOException, InterruptedException {
    Path maps = Path.of("/proc/self/maps");
    assumeTrue(Files.exists(maps));
    Path file = folder.resolve("model.onnx");
    Files.copy(Models.of("ch_ppocr_mobile_v2.0_cls_infer.onnx"), file);
    List<Constant> kept = new ArrayList<>(firstConstant(file));
    System.gc();
    assertThat(Files.readString(maps)).contains(file.toString());
    assertThat(kept.getFirst().data().isMapped()).isTrue();
    kept.clear();
    for (int i = 0; i < 100 && Files.readString(maps).contains(file.toString()); i++) {
      System.gc();
      Thread.sleep(10);
    }
    assertThat(Files.readString(maps)).doesNotContain(file.toString());
  }

  private static List<Constant> firstConstant(Path file) {
    return Network.read(file).graph().constants().values().stream()
        .filter(constant -> constant.data().isMapped())
        .limit(1)
        .toList();
  }
}
