package io.github.conv4j.bench.tour;

import java.util.List;
import java.util.Optional;

/**
 * What one work took on every engine.
 *
 * @param exhibit the variant
 * @param work what was computed
 * @param isExact whether engines had to give the same numbers, else an error bound held
 * @param runs one an engine, the best engine first
 */
public record Measurement(String exhibit, Work work, boolean isExact, List<EngineRun> runs) {
  /** Copies the list. */
  public Measurement {
    runs = List.copyOf(runs);
  }

  /**
   * What one engine did.
   *
   * @param engine the name
   * @param medianNanos of one execution
   * @param implementation the engine's own names for what ran
   * @param largestError against the reference, in grey levels of 255 times the sum of the weights
   * @param agrees whether nothing differs by more than the rule permits
   * @param warnings of the engine
   * @param refusal why the engine cannot run it, empty if it can
   */
  public record EngineRun(
      String engine,
      long medianNanos,
      String implementation,
      double largestError,
      boolean agrees,
      List<String> warnings,
      String refusal) {
    /** Tells whether the engine ran it. */
    public boolean ran() {
      return refusal.isEmpty();
    }
  }

  /** Returns the exhibit and, where it has several works, which one. */
  public String name() {
    return exhibit + ": " + work.label();
  }

  /** Returns what an engine did. */
  public Optional<EngineRun> run(String engine) {
    return runs.stream().filter(run -> run.engine().equals(engine) && run.ran()).findFirst();
  }

  /** Tells whether every engine that ran it agrees. */
  public boolean agrees() {
    return runs.stream().allMatch(run -> !run.ran() || run.agrees());
  }

  /** Returns the largest error of all engines. */
  public double largestError() {
    return runs.stream().mapToDouble(EngineRun::largestError).max().orElse(0);
  }

  /** Returns billions of floating-point operations a second, a MAC being two. */
  public double gigaflops(EngineRun run) {
    return 2.0 * work.multiplications() / Math.max(1, run.medianNanos());
  }

  /** Returns how many times faster than the naive loops; 1 for these themselves. */
  public double speedUp(EngineRun run) {
    return run(Tour.REFERENCE)
        .map(naive -> (double) naive.medianNanos() / Math.max(1, run.medianNanos()))
        .orElse(Double.NaN);
  }
}
