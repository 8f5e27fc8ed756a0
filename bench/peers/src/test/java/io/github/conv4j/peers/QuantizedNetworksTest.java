package io.github.conv4j.peers;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Graph;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.internal.definition.ElementLimits;
import io.github.conv4j.networks.internal.definition.ReferenceExecutor;
import io.github.conv4j.networks.internal.definition.Values;
import io.github.conv4j.networks.quantization.QuantizationOptions;
import io.github.conv4j.networks.quantization.QuantizationReport;
import io.github.conv4j.networks.quantization.QuantizedNetwork;
import io.github.conv4j.networks.quantization.Quantizer;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the quantizer writes is what ONNX Runtime computes. */
class QuantizedNetworksTest {
  private static final Path CLASSIFIER =
      Path.of(requireNonNull(System.getProperty("conv4j.ocr")))
          .resolve("ch_ppocr_mobile_v2.0_cls_infer.onnx");

  private static final long[] DIMS = {1, 3, 48, 64};

  private static final QuantizedNetwork QUANTIZED = quantized();

  private final Path file;

  QuantizedNetworksTest(@TempDir Path folder) {
    this.file = folder.resolve("quantized.onnx");
  }

  /** A picture of waves. */
  private static float[] picture(long seed) {
    var random = new Random(seed);
    float[] values = new float[3 * 48 * 64];
    for (int c = 0; c < 3; c++) {
      double across = random.nextDouble();
      double down = random.nextDouble();
      for (int i = 0; i < 48 * 64; i++) {
        values[c * 48 * 64 + i] =
            (float) (Math.sin(across * (i % 64)) * Math.cos(down * i / 64))
                + random.nextFloat(0.2f);
      }
    }
    return values;
  }

  private static QuantizedNetwork quantized() {
    List<Map<String, Constant>> samples = new ArrayList<>();
    for (long seed = 0; seed < 4; seed++) {
      samples.add(Map.of("x", Constant.of(picture(seed), DIMS)));
    }
    // Seven bits: with eight ONNX Runtime's sums saturate on CPUs without VNNI.
    var options = QuantizationOptions.defaults().withWeightBits(7);
    try (Engine engine = Engines.named("vector")) {
      return new Quantizer(Network.read(CLASSIFIER), engine, options)
          .quantize(samples, (_, _, _) -> {});
    }
  }

  private Map<String, float[]> run(OrtSession.SessionOptions.OptLevel level) throws OrtException {
    OrtEnvironment environment = DeepStack.environment();
    Map<String, float[]> results = new LinkedHashMap<>();
    try (var options = new OrtSession.SessionOptions()) {
      options.setOptimizationLevel(level);
      try (var session = environment.createSession(file.toString(), options);
          var input = OnnxTensor.createTensor(environment, FloatBuffer.wrap(picture(9)), DIMS);
          var outputs = session.run(Map.of("x", input))) {
        outputs.forEach(
            output ->
                results.put(
                    output.getKey(),
                    Floats.toArray(((OnnxTensor) output.getValue()).getFloatBuffer())));
      }
    }
    return results;
  }

  private static Map<String, Values> reference(Graph graph) {
    return new ReferenceExecutor(
            graph, ElementLimits.DEFAULT, ReferenceExecutor.Rounding.EACH_TENSOR)
        .run(Map.of("x", Values.of(Constant.of(picture(9), DIMS))));
  }

  private static Graph withOutputs(Graph graph, List<ValueInfo> outputs) {
    return new Graph(
        graph.name(), graph.opset(), graph.inputs(), outputs, graph.constants(), graph.nodes());
  }

  @ParameterizedTest
  @EnumSource(
      value = OrtSession.SessionOptions.OptLevel.class,
      names = {"NO_OPT", "ALL_OPT"})
  void scoresAgreeWithinOneQuantum(OrtSession.SessionOptions.OptLevel level)
      throws IOException, OrtException {
    QuantizationReport.LayerReport last = QUANTIZED.report().layers().getLast();
    assertThat(last.isQuantized()).isTrue();
    Graph graph = QUANTIZED.network().graph();
    String scores =
        graph.nodes().reversed().stream()
            .filter(node -> node.operator().equals("Softmax"))
            .findFirst()
            .orElseThrow()
            .inputs()
            .getFirst();
    Graph shown = withOutputs(graph, List.of(new ValueInfo(scores, ElementType.FLOAT, null)));
    Network.of(shown).write(file);

    float[] actual = requireNonNull(run(level).get(scores));

    double[] expected = requireNonNull(reference(shown).get(scores)).reals();
    double quantum = (last.high() - last.low()) / 255;
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < expected.length; i++) {
      assertThat((double) actual[i]).isCloseTo(expected[i], within(quantum));
    }
  }

  @Test
  void everyTensorAgreesWithinOneQuantum() throws IOException, OrtException {
    Graph graph = QUANTIZED.network().graph();
    Map<String, Double> quanta = new LinkedHashMap<>();
    List<ValueInfo> outputs = new ArrayList<>();
    for (Node node : graph.nodes()) {
      boolean isValue = !graph.constants().containsKey(node.inputs().getFirst());
      if (node.operator().equals("DequantizeLinear") && isValue) {
        String name = node.outputs().getFirst();
        Constant scale = requireNonNull(graph.constants().get(node.inputs().get(1)));
        quanta.put(name, Values.of(scale).reals()[0]);
        outputs.add(new ValueInfo(name, ElementType.FLOAT, null));
      }
    }
    assertThat(quanta).hasSizeGreaterThan(70);
    Graph shown = withOutputs(graph, outputs);
    Network.of(shown).write(file);

    Map<String, float[]> actual = run(OrtSession.SessionOptions.OptLevel.NO_OPT);

    Map<String, Values> expected = reference(shown);
    quanta.forEach(
        (name, quantum) -> {
          double[] values = requireNonNull(expected.get(name)).reals();
          float[] others = requireNonNull(actual.get(name));
          for (int i = 0; i < values.length; i++) {
            assertThat((double) others[i]).as(name).isCloseTo(values[i], within(1.001 * quantum));
          }
        });
  }
}
