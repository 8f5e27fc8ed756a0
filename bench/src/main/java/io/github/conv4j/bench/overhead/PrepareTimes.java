package io.github.conv4j.bench.overhead;

import io.github.conv4j.Parameters;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/** Times prepare: of a problem that the process has not seen, then of the same again. */
final class PrepareTimes {
  private static final int REPEATS = 200;
  private static final int WARM_UP_REPEATS = 2_000;

  /** Takes what only the first prepare in a process pays, so that the others do not. */
  private static final Layer FIRST_IN_PROCESS = Layer.of("mb1_ic24oc40_ih10kh3ph1");

  private PrepareTimes() {}

  /** Returns what is prepared, in this order: one that comes first, then all layers. */
  static List<Layer> layers() {
    return Stream.concat(Stream.of(FIRST_IN_PROCESS), Layer.all().stream()).toList();
  }

  /** Measures {@link #layers}, none of which this process may have prepared; one entry each. */
  static List<Trial.Prepares> measure(Engine engine) {
    List<Layer> layers = layers();
    int count = layers.size();
    double[] first = new double[count];
    double[] second = new double[count];
    double[][] seen = new double[REPEATS][count];
    double[][] warm = new double[REPEATS][count];
    try (Arena arena = Arena.ofConfined()) {
      List<Parameters> parameters = layers.stream().map(layer -> layer.parameters(arena)).toList();
      for (int i = 0; i < count; i++) {
        first[i] = nanos(engine, layers.get(i), parameters.get(i));
        second[i] = nanos(engine, layers.get(i), parameters.get(i));
      }
      // In turns: the JVM still compiles meanwhile, which must not favour the last layer.
      for (double[] turn : seen) {
        takeTurn(engine, layers, parameters, turn);
      }
      for (int repeat = 0; repeat < WARM_UP_REPEATS; repeat++) {
        takeTurn(engine, layers, parameters, new double[count]);
      }
      for (double[] turn : warm) {
        takeTurn(engine, layers, parameters, turn);
      }
    }
    List<Trial.Prepares> prepares = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      prepares.add(new Trial.Prepares(first[i], second[i], median(seen, i), median(warm, i)));
    }
    return prepares;
  }

  private static void takeTurn(
      Engine engine, List<Layer> layers, List<Parameters> parameters, double[] nanos) {
    for (int i = 0; i < nanos.length; i++) {
      nanos[i] = nanos(engine, layers.get(i), parameters.get(i));
    }
  }

  private static double median(double[][] turns, int layer) {
    return MedianEstimate.of(Arrays.stream(turns).mapToDouble(turn -> turn[layer]).toArray())
        .median();
  }

  private static double nanos(Engine engine, Layer layer, Parameters parameters) {
    long start = System.nanoTime();
    PreparedConvolution prepared = layer.prepare(engine, parameters);
    long nanos = System.nanoTime() - start;
    prepared.close();
    return nanos;
  }
}
