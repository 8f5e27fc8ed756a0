package io.github.conv4j.bench.report;

import io.github.conv4j.bench.network.Networks;
import io.github.conv4j.bench.results.BenchResults;
import io.github.conv4j.bench.results.LayerResult;
import java.util.List;
import java.util.Optional;

/** All convolutions of a network together: each layer as often as it occurs. */
final class NetworkTime {
  private NetworkTime() {}

  /** Tells whether these are all layers of the network that comes along. */
  static boolean isWhole(List<LayerResult> layers) {
    String network = layers.getFirst().network();
    return Networks.names().contains(network) && Networks.layers(network).size() == layers.size();
  }

  /** Returns the sum of the median times; empty if a layer was not timed. */
  static Optional<Double> nanos(List<LayerResult> layers, String contender) {
    double sum = 0;
    for (LayerResult layer : layers) {
      Optional<Double> nanos = layer.medianNanos(contender);
      if (nanos.isEmpty()) {
        return Optional.empty();
      }
      sum += layer.count() * nanos.get();
    }
    return Optional.of(sum);
  }

  /** Returns the share of the time that is left if every layer reached its roof. */
  static Optional<Double> share(BenchResults results, List<LayerResult> layers, String contender) {
    double least = 0;
    for (LayerResult layer : layers) {
      Optional<Double> roof = results.roof(layer, contender);
      if (roof.isEmpty()) {
        return Optional.empty();
      }
      least += layer.count() * 2.0 * layer.multiplications() / roof.get();
    }
    double leastNanos = least;
    return nanos(layers, contender).map(nanos -> leastNanos / nanos);
  }
}
