package io.github.conv4j.networks.quantization;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.internal.quantization.Coverage;
import io.github.conv4j.networks.internal.quantization.Quantization;
import io.github.conv4j.networks.internal.quantization.QuantizedLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Quantizes a network of 32-bit floats to integers of 8 bits, statically: with scales that are
 * found on samples and written into the network.
 *
 * <p>A value {@code x} becomes {@code q = clamp(round(x / scale) + zeroPoint, 0, 255)}, of two
 * nearest integers the even one, with one scale for each tensor and 0 exactly representable.
 * Weights become bytes with sign around zero, with a scale for each output channel; the bias of a
 * channel becomes a 32-bit integer of scale {@code srcScale * weightScale}. Batch normalizations,
 * and products and sums of channels, are folded into weights first. Convolutions, transposed ones,
 * and products with constant weights are quantized, each with the functions of single elements
 * behind it; sums, products, poolings and what only moves values, where integers come in and go on.
 * What is quantized is written as pairs of {@code QuantizeLinear} and {@code DequantizeLinear}
 * around plain operators, which every engine of ONNX runs.
 *
 * <p>Samples are run on the engine, in floats: for how wide each channel between two convolutions
 * is, which are made about equally wide by powers of two; for the ranges of tensors; for what each
 * layer alone loses by integers; once for each quantized convolution with a bias of its own, which
 * is moved so that the mean of each of its channels stays what it was, with all before it
 * quantized; for what the whole network loses. A layer that loses more than the options permit,
 * that has no constant weights, or whose values are not finite, stays in floats; the report says
 * which and why. The same samples give the same network on the same engine.
 *
 * <p><b>Memory.</b> That of the prepared networks, up to 256 MiB for values between nodes (more
 * where a single layer has more), 32 KiB a tensor unless the range is the whole one; one sample at
 * a time. <b>Threads.</b> For one thread at a time; the engine uses as many as it has.
 * <b>Errors.</b> See {@link #quantize}.
 *
 * @see <a href="https://arxiv.org/abs/1712.05877">Jacob et al., Quantization and Training of Neural
 *     Networks for Efficient Integer-Arithmetic-Only Inference</a>
 * @see <a href="https://arxiv.org/abs/1906.04721">Nagel et al., Data-Free Quantization Through
 *     Weight Equalization and Bias Correction</a>
 * @see <a href="https://onnxruntime.ai/docs/performance/model-optimizations/quantization.html">ONNX
 *     Runtime's quantization</a>
 */
public final class Quantizer {
  private final Network network;
  private final Engine engine;
  private final QuantizationOptions options;

  /**
   * Chooses what is quantized, and how.
   *
   * @param engine runs the samples; must stay open meanwhile
   */
  public Quantizer(Network network, Engine engine, QuantizationOptions options) {
    this.network = Objects.requireNonNull(network, "network");
    this.engine = Objects.requireNonNull(engine, "engine");
    this.options = Objects.requireNonNull(options, "options");
  }

  /**
   * Quantizes.
   *
   * @param samples inputs by name, as the network will be given; their shapes may differ. Asked for
   *     in each pass, and once more for the first of them; must be the same each time
   * @param progress is told before each sample of each pass
   * @throws IllegalArgumentException if there is no sample, an input is missing, is not what the
   *     graph says, or is not finite, or if the network is quantized already
   * @throws io.github.conv4j.networks.UnsupportedOperatorException if conv4j does not run a node,
   *     or the network's opset is older than 11
   * @throws io.github.conv4j.networks.InvalidModelException if a node is malformed
   */
  public QuantizedNetwork quantize(
      Iterable<? extends Map<String, Constant>> samples, QuantizationProgress progress) {
    var quantization =
        new Quantization(
            network.graph(),
            engine,
            new Coverage(options.calibration().share(), options.calibration().isLeastError()),
            options.weightBits(),
            options.leastDecibels(),
            options.leftOut());
    quantization.run(samples, progress::next);
    List<QuantizationReport.LayerReport> layers = new ArrayList<>();
    for (QuantizedLayer layer : quantization.layers()) {
      layers.add(
          new QuantizationReport.LayerReport(
              layer.node().toString(),
              layer.low(),
              layer.high(),
              layer.decibels(),
              layer.largestError(),
              layer.reason()));
    }
    List<QuantizationReport.OutputReport> outputs = new ArrayList<>();
    quantization
        .outputErrors()
        .forEach(
            (name, error) ->
                outputs.add(
                    new QuantizationReport.OutputReport(name, error.decibels(), error.largest())));
    var report =
        new QuantizationReport(quantization.sampleCount(), layers, outputs, quantization.others());
    return new QuantizedNetwork(Network.of(quantization.graph()), report);
  }
}
