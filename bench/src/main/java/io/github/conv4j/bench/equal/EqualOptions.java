package io.github.conv4j.bench.equal;

import io.github.conv4j.bench.contender.EngineName;
import java.util.List;

/**
 * What a run is asked for.
 *
 * @param engines who runs
 * @param threads of a call: each is timed
 * @param seed of the pairs by chance
 * @param pairs how many of those
 */
public record EqualOptions(List<EngineName> engines, List<Integer> threads, long seed, int pairs) {
  /** More than this many times apart is told. */
  static final double MOST_APART = 2;

  /** For engine auto, where both are the same work. */
  static final double MOST_APART_OF_AUTO = 1.3;

  /** Copies the lists. */
  public EqualOptions {
    engines = List.copyOf(engines);
    threads = List.copyOf(threads);
  }

  /**
   * Returns how many times apart pairs may be.
   *
   * @param sameResult whether both halves give the same results
   */
  static double mostApart(EngineName engine, boolean sameResult) {
    return sameResult && engine.engine().equals("auto") ? MOST_APART_OF_AUTO : MOST_APART;
  }
}
