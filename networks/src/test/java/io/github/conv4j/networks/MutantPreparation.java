package io.github.conv4j.networks;

import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ValueInfo;
import io.github.conv4j.networks.testing.Cost;
import io.github.conv4j.networks.testing.Models;
import io.github.conv4j.networks.testing.Mutator;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;

/**
 * Prepares and runs mutated files that can be read: a program of its own, since what it looks for
 * is the end of a JVM. Prints each mutation before it tries it.
 */
final class MutantPreparation {
  /** What is larger is prepared, but not run. */
  private static final long MOST_BYTES = 64L << 20;

  /** Small, and good for every real file that leaves its dimensions open. */
  private static final long[] OPEN = {1, 3, 32, 64};

  private final Engine engine;
  private final Map<String, Integer> counts = new LinkedHashMap<>();
  private Duration slowest = Duration.ZERO;
  private long mostHeap;

  private MutantPreparation(Engine engine) {
    this.engine = engine;
  }

  /**
   * Runs it.
   *
   * @param arguments the engine, how many mutations that can be read are wanted, and the seed
   */
  public static void main(String[] arguments) throws IOException {
    int wanted = Integer.parseInt(arguments[1]);
    long seed = Long.parseLong(arguments[2]);
    List<Mutator> files = new ArrayList<>();
    for (Path path : Models.all()) {
      files.add(new Mutator(path.getFileName().toString(), Files.readAllBytes(path)));
    }
    files.sort((a, b) -> Long.compare(a.byteSize(), b.byteSize()));
    try (Engine engine = Engines.named(arguments[0])) {
      var preparation = new MutantPreparation(engine);
      for (int number = 0; preparation.tried() < wanted; number++) {
        var random = new Random(seed + number);
        int one = random.nextInt(files.size());
        Mutator file = files.get(Math.min(one, random.nextInt(files.size())));
        preparation.prepare(file, random, seed + number);
      }
      System.out.printf(
          "%s: %s; at most %d ms and %d KB of heap to prepare%n",
          engine.name(),
          preparation.counts,
          preparation.slowest.toMillis(),
          preparation.mostHeap / 1000);
    }
  }

  private int tried() {
    return counts.values().stream().mapToInt(Integer::intValue).sum();
  }

  private void prepare(Mutator file, Random random, long seed) {
    Network network;
    try {
      network = Network.read(file.mutate(random));
    } catch (InvalidModelException | UnsupportedOperatorException e) {
      return;
    }
    System.out.printf("seed %d of %s%n", seed, file.name());
    var prepared = new PreparedNetwork[1];
    var refusal = new String[1];
    Cost cost =
        Cost.of(
            () -> {
              try {
                prepared[0] = network.prepare(engine, dims(network), NetworkOptions.defaults());
              } catch (InvalidModelException
                  | UnsupportedOperatorException
                  | UnsupportedConvolutionException
                  | OutOfMemoryError e) {
                refusal[0] = e.getClass().getSimpleName();
              } catch (IllegalArgumentException e) {
                if (!Objects.toString(e.getMessage()).startsWith("input ")) {
                  throw e;
                }
                refusal[0] = "IllegalArgumentException";
              }
            });
    slowest = cost.time().compareTo(slowest) > 0 ? cost.time() : slowest;
    mostHeap = Math.max(mostHeap, cost.heapByteSize());
    if (prepared[0] == null) {
      counts.merge(Objects.requireNonNull(refusal[0]), 1, Integer::sum);
      return;
    }
    try (PreparedNetwork ready = prepared[0]) {
      counts.merge(run(ready) ? "run" : "prepared", 1, Integer::sum);
    }
  }

  private static Map<String, long[]> dims(Network network) {
    Map<String, long[]> dims = new LinkedHashMap<>();
    for (ValueInfo input : network.inputs()) {
      List<Dim> told = input.dims() == null ? List.of() : input.dims();
      long[] all = new long[told.size()];
      for (int i = 0; i < all.length; i++) {
        all[i] = told.get(i) instanceof Dim.Fixed(long size) ? size : OPEN[Math.min(i, 3)];
      }
      dims.put(input.name(), all);
    }
    return dims;
  }

  /** The reference takes a second for a run, and computes in Java what it is asked for. */
  private boolean run(PreparedNetwork prepared) {
    if (engine.name().equals("reference")) {
      return false;
    }
    List<String> names = new ArrayList<>(prepared.inputs());
    names.addAll(prepared.outputs());
    long bytes = prepared.arenaByteSize();
    for (String name : names) {
      bytes += prepared.type(name).byteSize();
    }
    if (bytes > MOST_BYTES) {
      return false;
    }
    try (Arena arena = Arena.ofConfined()) {
      NetworkCall call = prepared.call();
      for (String name : prepared.inputs()) {
        call.input(name, arena.allocate(prepared.type(name).byteSize(), 64));
      }
      for (String name : prepared.outputs()) {
        call.output(name, arena.allocate(prepared.type(name).byteSize(), 64));
      }
      call.execute();
      return true;
    } catch (InvalidModelException e) {
      // An index, for example, that only a run knows.
      return true;
    }
  }
}
