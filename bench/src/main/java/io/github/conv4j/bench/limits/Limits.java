package io.github.conv4j.bench.limits;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The limits of the machine.
 *
 * @param source how they were found, in one sentence
 * @param measured whether a program measured them; else the fastest layer stands for the peak
 * @param ceilings one a number of threads
 */
public record Limits(String source, boolean measured, List<Ceiling> ceilings) {
  /** Copies the list. */
  public Limits {
    ceilings = List.copyOf(ceilings);
  }

  /** Returns limits that are not known yet, with the reason. */
  public static Limits unknown(String reason) {
    return new Limits(reason, false, List.of());
  }

  /** Returns what that many threads can reach, if known. */
  public Optional<Ceiling> of(int threads) {
    return ceilings.stream().filter(c -> c.threads() == threads).findFirst();
  }

  /** Puts the fastest layer in the place of a peak that could not be measured. */
  public Limits orFastest(int threads, double gigaflops) {
    return measured || gigaflops <= 0
        ? this
        : new Limits(
            source + "; the fastest layer stands for the peak, and no bandwidth is known",
            false,
            List.of(new Ceiling(threads, gigaflops, 0, 0, List.of())));
  }

  /** Returns the better of each figure of two measurements. */
  public Limits best(Limits other) {
    if (!measured || !other.measured) {
      return measured ? this : other;
    }
    List<Ceiling> better = new ArrayList<>();
    for (Ceiling ceiling : ceilings) {
      better.add(other.of(ceiling.threads()).map(ceiling::best).orElse(ceiling));
    }
    return new Limits(source, true, better);
  }
}
