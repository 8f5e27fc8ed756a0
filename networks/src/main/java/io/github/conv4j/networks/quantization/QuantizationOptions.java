package io.github.conv4j.networks.quantization;

import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

/**
 * How a network is quantized.
 *
 * <p><b>Memory.</b> Holds none. <b>Threads.</b> Immutable. <b>Errors.</b> See the methods.
 */
public final class QuantizationOptions {
  /** What a layer may lose if nothing else is said: noise of a tenth of its result. */
  public static final double DEFAULT_DECIBELS = 20;

  private static final QuantizationOptions DEFAULTS =
      new QuantizationOptions(Calibration.leastError(), 8, DEFAULT_DECIBELS, Set.of());

  private final Calibration calibration;
  private final int weightBits;
  private final double leastDecibels;
  private final Set<String> leftOut;

  private QuantizationOptions(
      Calibration calibration, int weightBits, double leastDecibels, Set<String> leftOut) {
    this.calibration = calibration;
    this.weightBits = weightBits;
    this.leastDecibels = leastDecibels;
    this.leftOut = Set.copyOf(leftOut);
  }

  /** The range of least error, weights of 8 bits, layers of at least {@link #DEFAULT_DECIBELS}. */
  public static QuantizationOptions defaults() {
    return DEFAULTS;
  }

  /** Says which numbers integers must reach. */
  public QuantizationOptions withCalibration(Calibration choice) {
    return new QuantizationOptions(
        Objects.requireNonNull(choice, "choice"), weightBits, leastDecibels, leftOut);
  }

  /**
   * Says how many bits weights have. With 7 they are from -63 to 63: then no sum of two products
   * exceeds 16 bits, and instructions that add in pairs are exact. CPUs with AVX2 or AVX-512 that
   * have no VNNI are fast with such instructions only; ONNX Runtime, which calls it reduce_range,
   * gives wrong sums with 8 bits there. It costs up to 6 dB in each layer.
   *
   * @param bits 7 or 8
   * @throws IllegalArgumentException if it is neither
   */
  public QuantizationOptions withWeightBits(int bits) {
    if (bits != 7 && bits != 8) {
      throw new IllegalArgumentException("weights have 7 or 8 bits, not " + bits);
    }
    return new QuantizationOptions(calibration, bits, leastDecibels, leftOut);
  }

  /**
   * Says how good a layer must be, else it stays in floats: {@code 10 log10} of the sum of the
   * squares of its results over that of its errors.
   *
   * @throws IllegalArgumentException if it is not a number
   */
  public QuantizationOptions withLeastDecibels(double decibels) {
    if (Double.isNaN(decibels)) {
      throw new IllegalArgumentException("decibels must be a number");
    }
    return new QuantizationOptions(calibration, weightBits, decibels, leftOut);
  }

  /** Leaves a node, by its name, or all nodes of an operator in floats. */
  public QuantizationOptions without(String nodeOrOperator) {
    Set<String> names = new HashSet<>(leftOut);
    names.add(Objects.requireNonNull(nodeOrOperator, "nodeOrOperator"));
    return new QuantizationOptions(calibration, weightBits, leastDecibels, names);
  }

  Calibration calibration() {
    return calibration;
  }

  int weightBits() {
    return weightBits;
  }

  double leastDecibels() {
    return leastDecibels;
  }

  Set<String> leftOut() {
    return leftOut;
  }

  @Override
  public String toString() {
    return "%s, weights of %d bits, layers of at least %s dB"
        .formatted(calibration, weightBits, leastDecibels);
  }
}
