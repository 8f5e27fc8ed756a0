package io.github.conv4j.networks.internal.quantization;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** How far one tensor is from another one, over all samples. */
public final class ErrorSum {
  private double signal;
  private double noise;
  private double largest;

  /** Adds two tensors of floats. */
  void add(MemorySegment expected, MemorySegment actual) {
    long count = expected.byteSize() / Float.BYTES;
    for (long i = 0; i < count; i++) {
      double x = expected.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i);
      double error = actual.getAtIndex(ValueLayout.JAVA_FLOAT_UNALIGNED, i) - x;
      signal += x * x;
      noise += error * error;
      largest = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(largest, Math.abs(error));
    }
  }

  /** Returns the ratio of signal and noise; infinite where there is no noise. */
  public double decibels() {
    if (Double.isNaN(noise)) {
      return Double.NEGATIVE_INFINITY;
    }
    return noise == 0 ? Double.POSITIVE_INFINITY : 10 * Math.log10(signal / noise);
  }

  /** Returns the largest error. */
  public double largest() {
    return largest;
  }
}
