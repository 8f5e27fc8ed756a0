package io.github.conv4j.networks.quantization;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of the layers of a network, and what is lost.
 *
 * <p><b>Memory.</b> Holds texts and numbers. <b>Threads.</b> Immutable. <b>Errors.</b> None.
 *
 * @param sampleCount how many samples there were
 * @param layers in the graph's order: those with weights, and others with a scale of their own
 * @param outputs what the whole network loses, measured on the same samples
 * @param others how many other nodes stay in floats, by operator
 */
public record QuantizationReport(
    int sampleCount,
    List<LayerReport> layers,
    List<OutputReport> outputs,
    Map<String, Integer> others) {
  /** Copies lists and map. */
  public QuantizationReport {
    layers = List.copyOf(layers);
    outputs = List.copyOf(outputs);
    others = Collections.unmodifiableMap(new TreeMap<>(others));
  }

  /**
   * One layer.
   *
   * <p><b>Memory.</b> Holds texts and numbers. <b>Threads.</b> Immutable. <b>Errors.</b> None.
   *
   * @param node the operator and name of its first node
   * @param low the least number of its result that counts, by the calibration; NaN where none was
   *     seen
   * @param high the greatest
   * @param decibels signal over noise of the layer alone, given exact inputs; NaN where not
   *     measured
   * @param largestError the largest difference of an element of its result, in its own unit
   * @param reason why it stays in floats; empty where it is quantized
   */
  public record LayerReport(
      String node, double low, double high, double decibels, double largestError, String reason) {
    /** Whether integers are computed with. */
    public boolean isQuantized() {
      return reason.isEmpty();
    }
  }

  /**
   * An output of the network.
   *
   * <p><b>Memory.</b> Holds a text and numbers. <b>Threads.</b> Immutable. <b>Errors.</b> None.
   *
   * @param name of the output
   * @param decibels signal over noise, {@code 10 log10(sum of squares / sum of squared errors)};
   *     infinite where nothing is lost
   * @param largestError the largest difference of an element, in the output's own unit
   */
  public record OutputReport(String name, double decibels, double largestError) {}

  /** Returns how many layers are quantized. */
  public long quantizedCount() {
    return layers.stream().filter(LayerReport::isQuantized).count();
  }
}
