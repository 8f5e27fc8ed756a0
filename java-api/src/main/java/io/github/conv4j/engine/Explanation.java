package io.github.conv4j.engine;

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
 */
public record Explanation(
    String engine, String problem, List<Stage> stages, List<String> warnings) {
  /** Copies the lists. */
  public Explanation {
    Objects.requireNonNull(engine, "engine");
    Objects.requireNonNull(problem, "problem");
    stages = List.copyOf(stages);
    warnings = List.copyOf(warnings);
  }

  /** Returns the bytes of packed weights and bias of all stages. */
  public long weightsByteSize() {
    return stages.stream().mapToLong(Stage::weightsByteSize).sum();
  }

  /** Returns the scratchpad bytes that one concurrent caller takes, of all stages. */
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
   * @param scratchpadByteSize memory for one concurrent caller, in bytes
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
}
