package io.github.conv4j.networks.internal.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.internal.onnx.ModelReader;
import io.github.conv4j.networks.testing.Models;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole networks by their definitions, at small sizes. */
class RealNetworksTest {
  @ParameterizedTest
  @CsvSource({
    "ch_PP-OCRv4_det_infer.onnx, 64, 96, 1 1 64 96",
    "ch_PP-OCRv3_det_infer.onnx, 64, 32, 1 1 64 32",
    "ch_PP-OCRv4_rec_infer.onnx, 48, 64, 1 8 6625",
    "ch_PP-OCRv3_rec_infer.onnx, 48, 40, 1 5 6625",
    "ch_ppocr_mobile_v2.0_cls_infer.onnx, 48, 192, 1 2"
  })
  void everyShapeIsInferredAndProbabilitiesComeOut(
      String file, int height, int width, String dims) {
    Graph graph = ModelReader.read(Models.of(file));
    String input = graph.inputs().getFirst().name();
    TensorType type = new TensorType(ElementType.FLOAT, 1, 3, height, width);
    double[] pixels = new Random(7).doubles(type.elementCount(), -1, 1).toArray();

    Inference inference = Inferrer.infer(graph, Map.of(input, type), ElementLimits.DEFAULT);
    Map<String, TensorType> computed = new HashMap<>();
    Map<String, Values> outputs =
        new ReferenceExecutor(graph)
            .run(
                Map.of(input, Values.of(type, pixels)),
                (node, name, values) -> computed.put(name, values.type()));
    Values output = outputs.values().iterator().next();

    assertThat(inference.unknown()).isEmpty();
    assertThat(inference.types()).containsAllEntriesOf(computed);
    assertThat(output.type()).hasToString("FLOAT[" + dims.replace(" ", ", ") + "]");
    assertThat(output.reals()).doesNotContain(Double.NaN);
    assertThat(Arrays.stream(output.reals()).min().orElseThrow()).isNotNegative();
    assertThat(Arrays.stream(output.reals()).max().orElseThrow()).isLessThanOrEqualTo(1);
    if (output.type().rank() < 4) {
      int classes = (int) output.type().dim(output.type().rank() - 1);
      assertThat(Arrays.stream(output.reals()).sum())
          .isCloseTo(output.size() / (double) classes, within(1e-9));
    }
  }
}
