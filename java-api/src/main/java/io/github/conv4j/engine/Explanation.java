package io.github.conv4j.engine;

import io.github.conv4j.internal.checks.Checks;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;
import java.util.Objects;

/**
 * What a prepared convolution does when it is executed. Immutable.
 *
 * @param engine the engine's name
 * @param problem the convolution as text
 * @param stages what runs, in order; one for a convolution that needs no composition
 * @param warnings sentences about what is slower or larger than a user would expect; often empty
 * @param candidates what engine {@code auto} chose from; empty for other engines
 */
public record Explanation(
    String engine,
    String problem,
    List<Stage> stages,
    List<String> warnings,
    List<Candidate> candidates) {
  /** Copies the lists. */
  public Explanation {
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(problem, "problem");
    stages = List.copyOf(stages);
    warnings = List.copyOf(warnings);
    candidates = List.copyOf(candidates);
  }

  /** Explains what was not chosen among candidates. */
  public Explanation(String engine, String problem, List<Stage> stages, List<String> warnings) {
    this(engine, problem, stages, warnings, List.of());
  }

  /** Returns the bytes of packed weights and bias of all stages. */
  public long weightsByteSize() {
    return stages.stream().mapToLong(Stage::weightsByteSize).sum();
  }

  /** Returns the scratchpad bytes that each thread takes, of all stages. */
  public long scratchpadByteSize() {
    return stages.stream().mapToLong(Stage::scratchpadByteSize).sum();
  }

  /**
   * One stage.
   *
   * @param operation for example {@code convolution}, {@code pad reflect}, {@code channel shuffle}
   * @param implementation the engine's own name for the code that runs
   * @param src what it reads
   * @param dst what it writes
   * @param weightsLayout how the packed weights lie, empty where there are none
   * @param weightsByteSize packed weights and bias, in bytes
   * @param scratchpadByteSize memory for each thread that takes part, in bytes
   */
  public record Stage(
      String operation,
      String implementation,
      TensorSpec src,
      TensorSpec dst,
      String weightsLayout,
      long weightsByteSize,
      long scratchpadByteSize) {
    /** Checks that all are given. */
    public Stage {
      Objects.requireNonNull(operation, "operation");
      Objects.requireNonNull(implementation, "implementation");
      Objects.requireNonNull(src, "src");
      Objects.requireNonNull(dst, "dst");
      Objects.requireNonNull(weightsLayout, "weightsLayout");
    }
  }

  /**
   * One way to run the problem, as engine {@code auto} found it.
   *
   * @param engine the name of the engine that offers it
   * @param implementation that engine's name for it
   * @param medianNanos what a call took, 0 where it was not measured
   * @param chosen whether it is what runs
   * @param note how the time was found or why it was left out; may be empty
   */
  public record Candidate(
      String engine, String implementation, long medianNanos, boolean chosen, String note) {
    /** Checks that all are given. */
    public Candidate {
      Objects.requireNonNull(engine, "engine");
      Objects.requireNonNull(implementation, "implementation");
      Objects.requireNonNull(note, "note");
      Checks.notNegative(medianNanos, "medianNanos");
    }
  }
}
