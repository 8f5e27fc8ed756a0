package io.github.conv4j.bench.limits;

import java.util.List;
import java.util.OptionalDouble;

/**
 * What a number of threads can reach.
 *
 * @param threads at once
 * @param f32 in GFLOP/s, a multiply-add counting two
 * @param bf16 likewise; 0 where it is not known
 * @param int8 in GOP/s; 0 where it is not known
 * @param bandwidths the smallest working set first; empty where it is not known
 */
public record Ceiling(
    int threads, double f32, double bf16, double int8, List<Bandwidth> bandwidths) {
  /** Copies the list. */
  public Ceiling {
    bandwidths = List.copyOf(bandwidths);
  }

  /**
   * Returns the most GFLOP/s for work that moves some bytes: the roofline, with the bandwidth of
   * the cache that holds them.
   */
  public double roof(long multiplications, long bytes) {
    double intensity = 2.0 * multiplications / bytes;
    OptionalDouble bandwidth = bandwidth(bytes);
    return bandwidth.isPresent() ? Math.min(f32, intensity * bandwidth.getAsDouble()) : f32;
  }

  /**
   * Returns the GB/s for a working set: of the largest measured one that is not larger, or of a
   * larger one that was faster.
   */
  public OptionalDouble bandwidth(long bytes) {
    long measured =
        bandwidths.stream().mapToLong(Bandwidth::bytes).filter(b -> b <= bytes).max().orElse(0);
    return bandwidths.stream()
        .filter(b -> b.bytes() >= measured)
        .mapToDouble(b -> Math.max(b.read(), b.triad()))
        .max();
  }

  /** Returns the better of each figure of two measurements. */
  Ceiling best(Ceiling other) {
    List<Bandwidth> better =
        bandwidths.stream()
            .map(
                b ->
                    other.bandwidths.stream()
                        .filter(o -> o.bytes() == b.bytes())
                        .findFirst()
                        .map(
                            o ->
                                new Bandwidth(
                                    b.bytes(),
                                    Math.max(b.read(), o.read()),
                                    Math.max(b.triad(), o.triad())))
                        .orElse(b))
            .toList();
    return new Ceiling(
        threads,
        Math.max(f32, other.f32),
        Math.max(bf16, other.bf16),
        Math.max(int8, other.int8),
        better);
  }
}
