package io.github.conv4j.bench.whole;

import io.github.conv4j.bench.contender.EngineName;
import java.util.List;
import java.util.ServiceLoader;

/**
 * What a network costs before it runs often. Milliseconds and bytes, NaN where unknown.
 *
 * @param ownProcess whether it was measured in a process of its own, which had run nothing before
 * @param readMillis from the file to its description; where that is unknown, preparing includes it
 * @param prepareMillis from there to the first run, the start of the engine included
 * @param firstMillis of the first run
 * @param residentBytes by how much the resident memory of the process has grown after some runs
 */
public record StartUp(
    boolean ownProcess,
    double readMillis,
    double prepareMillis,
    double firstMillis,
    double residentBytes) {
  /** How many runs come before the memory is looked at. */
  public static final int RUNS = 20;

  /** What is known of a contender that does not run the network. */
  static final StartUp NONE = new StartUp(false, Double.NaN, Double.NaN, Double.NaN, Double.NaN);

  /** A contender that has begun. */
  record Begun(NetworkEntry entry, StartUp startUp) {}

  /** Enters a contender and runs it once; the resident memory stays unknown. */
  static Begun begin(NetworkContender contender, NetworkTask task) {
    long begin = System.nanoTime();
    NetworkEntry entry = contender.enter(task, 1).getFirst();
    double all = (System.nanoTime() - begin) / 1e6;
    begin = System.nanoTime();
    runFirst(entry);
    double first = (System.nanoTime() - begin) / 1e6;
    double read = entry.readMillis();
    double prepare = Double.isNaN(read) ? all : all - read;
    return new Begun(entry, new StartUp(false, read, prepare, first, Double.NaN));
  }

  private static void runFirst(NetworkEntry entry) {
    try {
      entry.run();
    } catch (Throwable e) {
      entry.close();
      throw e;
    }
  }

  /** Measures in this process, which must not have run anything before. */
  static StartUp measure(NetworkContender contender, NetworkTask task) {
    double before = ResidentMemory.bytes();
    Begun begun = begin(contender, task);
    try (NetworkEntry entry = begun.entry()) {
      for (int i = 0; i < RUNS; i++) {
        entry.run();
      }
      StartUp known = begun.startUp();
      return new StartUp(
          true,
          known.readMillis(),
          known.prepareMillis(),
          known.firstMillis(),
          ResidentMemory.bytes() - before);
    }
  }

  /** Returns the contender of a name: an engine, or another library on the class path. */
  static NetworkContender contender(String name) {
    List<NetworkContender> others =
        ServiceLoader.load(NetworkContender.class).stream()
            .map(ServiceLoader.Provider::get)
            .filter(other -> other.name().equals(name))
            .toList();
    return others.isEmpty()
        ? new EngineNetworks(EngineName.parse(name).orElseThrow(), false)
        : others.getFirst();
  }
}
