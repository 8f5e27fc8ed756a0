package io.github.conv4j.bench.report;

import io.github.conv4j.bench.tour.Work;
import java.util.Arrays;

/**
 * What a work saves against one dense convolution that sees as much and gives as many channels.
 *
 * @param macs dense multiplications for each one here
 * @param parameters dense weights and biases for each one here
 */
record Savings(double macs, double parameters) {
  private static final double LEAST = 1.05;

  static Savings of(Work work) {
    long window =
        Arrays.stream(work.steps().receptiveField()).reduce(work.src().dim(1), Math::multiplyExact);
    long denseParameters = (window + 1) * work.dst().dim(1);
    return new Savings(
        (double) window * work.dst().elementCount() / work.multiplications(),
        (double) denseParameters / work.parameterCount());
  }

  /** A transposed convolution enlarges; no dense convolution does its work. */
  static boolean apply(Work work) {
    boolean transposed = work.steps().convolutions().stream().anyMatch(c -> c.isTransposed());
    return !transposed && of(work).macs() > LEAST;
  }
}
