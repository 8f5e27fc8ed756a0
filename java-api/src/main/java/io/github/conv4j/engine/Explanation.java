package io.github.conv4j.engine;

import io.github.conv4j.internal.checks.Checks;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a prepared convolution does when it is executed. Immutable.
 *
 * <p><b>Memory.</b> Plain objects, no tensor. <b>Threads.</b> Immutable. <b>Errors.</b> Throws none
 * once made.
 */
public final class Explanation {
  private final String engine;
  private final String problem;
  private final List<Stage> stages;
  private final List<String> warnings;
  private final List<Candidate> candidates;
  private final long buffersByteSize;
  private final long naiveBuffersByteSize;

  private Explanation(
      String engine,
      String problem,
      List<Stage> stages,
      List<String> warnings,
      List<Candidate> candidates,
      long buffersByteSize,
      long naiveBuffersByteSize) {
    this.engine = Objects.requireNonNull(engine, "engine");
    this.problem = Objects.requireNonNull(problem, "problem");
    this.stages = List.copyOf(stages);
    this.warnings = List.copyOf(warnings);
    this.candidates = List.copyOf(candidates);
    this.buffersByteSize = Checks.notNegative(buffersByteSize, "buffersByteSize");
    this.naiveBuffersByteSize = Checks.notNegative(naiveBuffersByteSize, "naiveBuffersByteSize");
  }

  /** Explains what runs, without warnings and not chosen among candidates. */
  public static Explanation of(String engine, String problem, List<Stage> stages) {
    return new Explanation(engine, problem, stages, List.of(), List.of(), 0, 0);
  }

  /** Returns the same explanation with other warnings. */
  public Explanation withWarnings(List<String> sentences) {
    return new Explanation(
        engine, problem, stages, sentences, candidates, buffersByteSize, naiveBuffersByteSize);
  }

  /** Returns the same explanation with other candidates. */
  public Explanation withCandidates(List<Candidate> choices) {
    return new Explanation(
        engine, problem, stages, warnings, choices, buffersByteSize, naiveBuffersByteSize);
  }

  /** Returns the same explanation with what the results between stages take. */
  public Explanation withBuffers(long plannedByteSize, long naiveByteSize) {
    return new Explanation(
        engine, problem, stages, warnings, candidates, plannedByteSize, naiveByteSize);
  }

  /** Returns the engine's name. */
  public String engine() {
    return engine;
  }

  /** Returns the convolution as text. */
  public String problem() {
    return problem;
  }

  /** Returns what runs, in order; one stage for a convolution that needs no composition. */
  public List<Stage> stages() {
    return stages;
  }

  /** Returns sentences about what is slower or larger than a user would expect; often empty. */
  public List<String> warnings() {
    return warnings;
  }

  /** Returns what engine {@code auto} chose from; empty for other engines. */
  public List<Candidate> candidates() {
    return candidates;
  }

  /** Returns the bytes of packed weights and bias of all stages. */
  public long weightsByteSize() {
    return stages.stream().mapToLong(Stage::weightsByteSize).sum();
  }

  /**
   * Returns the bytes of results between the steps of a sequence, for each concurrent caller: those
   * that are not needed at the same time share memory. 0 for a single convolution.
   */
  public long buffersByteSize() {
    return buffersByteSize;
  }

  /** Returns the bytes that these would take if each had memory of its own. */
  public long naiveBuffersByteSize() {
    return naiveBuffersByteSize;
  }

  /** Returns the scratchpad bytes that each thread takes, of all stages. */
  public long scratchpadByteSize() {
    return stages.stream().mapToLong(Stage::scratchpadByteSize).sum();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Explanation that
        && engine.equals(that.engine)
        && problem.equals(that.problem)
        && stages.equals(that.stages)
        && warnings.equals(that.warnings)
        && candidates.equals(that.candidates)
        && buffersByteSize == that.buffersByteSize
        && naiveBuffersByteSize == that.naiveBuffersByteSize;
  }

  @Override
  public int hashCode() {
    return Objects.hash(
        engine, problem, stages, warnings, candidates, buffersByteSize, naiveBuffersByteSize);
  }

  /**
   * Returns some lines for people: the engine and the problem, then each stage with what it reads
   * and writes and the memory it takes, warnings, and what was chosen from. For programs there are
   * the other methods; the text may change.
   */
  @Override
  public String toString() {
    return ExplanationText.of(this);
  }

  /**
   * One stage. Immutable.
   *
   * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Throws none once
   * made.
   */
  public static final class Stage {
    private final String operation;
    private final String implementation;
    private final TensorSpec src;
    private final TensorSpec dst;
    private final String weightsLayout;
    private final long weightsByteSize;
    private final long scratchpadByteSize;

    private Stage(
        String operation,
        String implementation,
        TensorSpec src,
        TensorSpec dst,
        String weightsLayout,
        long weightsByteSize,
        long scratchpadByteSize) {
      this.operation = Objects.requireNonNull(operation, "operation");
      this.implementation = Objects.requireNonNull(implementation, "implementation");
      this.src = Objects.requireNonNull(src, "src");
      this.dst = Objects.requireNonNull(dst, "dst");
      this.weightsLayout = Objects.requireNonNull(weightsLayout, "weightsLayout");
      this.weightsByteSize = Checks.notNegative(weightsByteSize, "weightsByteSize");
      this.scratchpadByteSize = Checks.notNegative(scratchpadByteSize, "scratchpadByteSize");
    }

    /**
     * Describes a stage that has no weights and needs no memory.
     *
     * @param operation for example {@code convolution}, {@code pad reflect}, {@code channel
     *     shuffle}
     * @param implementation the engine's own name for the code that runs
     * @param src what it reads
     * @param dst what it writes
     */
    public static Stage of(
        String operation, String implementation, TensorSpec src, TensorSpec dst) {
      return new Stage(operation, implementation, src, dst, "", 0, 0);
    }

    /** Returns the same stage with packed weights and bias, and how they lie. */
    public Stage withWeights(String layout, long byteSize) {
      return new Stage(operation, implementation, src, dst, layout, byteSize, scratchpadByteSize);
    }

    /** Returns the same stage with memory for each thread that takes part. */
    public Stage withScratchpad(long byteSize) {
      return new Stage(
          operation, implementation, src, dst, weightsLayout, weightsByteSize, byteSize);
    }

    /** Returns for example {@code convolution}, {@code pad reflect}, {@code channel shuffle}. */
    public String operation() {
      return operation;
    }

    /** Returns the engine's own name for the code that runs. */
    public String implementation() {
      return implementation;
    }

    /** Returns what it reads. */
    public TensorSpec src() {
      return src;
    }

    /** Returns what it writes. */
    public TensorSpec dst() {
      return dst;
    }

    /** Returns how the packed weights lie, empty where there are none. */
    public String weightsLayout() {
      return weightsLayout;
    }

    /** Returns packed weights and bias, in bytes. */
    public long weightsByteSize() {
      return weightsByteSize;
    }

    /** Returns the memory for each thread that takes part, in bytes. */
    public long scratchpadByteSize() {
      return scratchpadByteSize;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Stage that
          && operation.equals(that.operation)
          && implementation.equals(that.implementation)
          && src.equals(that.src)
          && dst.equals(that.dst)
          && weightsLayout.equals(that.weightsLayout)
          && weightsByteSize == that.weightsByteSize
          && scratchpadByteSize == that.scratchpadByteSize;
    }

    @Override
    public int hashCode() {
      return Objects.hash(
          operation, implementation, src, dst, weightsLayout, weightsByteSize, scratchpadByteSize);
    }

    /** Returns for example {@code convolution brgconv:avx2}. */
    @Override
    public String toString() {
      return operation + " " + implementation;
    }
  }

  /**
   * One way to run the problem, as engine {@code auto} found it. Immutable.
   *
   * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Throws none once
   * made.
   */
  public static final class Candidate {
    private final String engine;
    private final String implementation;
    private final long medianNanos;
    private final boolean chosen;
    private final String note;

    private Candidate(
        String engine, String implementation, long medianNanos, boolean chosen, String note) {
      this.engine = Objects.requireNonNull(engine, "engine");
      this.implementation = Objects.requireNonNull(implementation, "implementation");
      this.medianNanos = Checks.notNegative(medianNanos, "medianNanos");
      this.chosen = chosen;
      this.note = Objects.requireNonNull(note, "note");
    }

    /** Names a candidate that was neither measured nor chosen. */
    public static Candidate of(String engine, String implementation) {
      return new Candidate(engine, implementation, 0, false, "");
    }

    /** Returns the same candidate with what a call took. */
    public Candidate withMedianNanos(long nanos) {
      return new Candidate(engine, implementation, nanos, chosen, note);
    }

    /** Returns the same candidate, chosen or not. */
    public Candidate withChosen(boolean isChosen) {
      return new Candidate(engine, implementation, medianNanos, isChosen, note);
    }

    /** Returns the same candidate with how its time was found or why it was left out. */
    public Candidate withNote(String text) {
      return new Candidate(engine, implementation, medianNanos, chosen, text);
    }

    /** Returns the name of the engine that offers it. */
    public String engine() {
      return engine;
    }

    /** Returns that engine's name for it. */
    public String implementation() {
      return implementation;
    }

    /** Returns what a call took, 0 where it was not measured. */
    public long medianNanos() {
      return medianNanos;
    }

    /** Tells whether it is what runs. */
    public boolean chosen() {
      return chosen;
    }

    /** Returns how the time was found or why it was left out; may be empty. */
    public String note() {
      return note;
    }

    @Override
    public boolean equals(@Nullable Object other) {
      return other instanceof Candidate that
          && engine.equals(that.engine)
          && implementation.equals(that.implementation)
          && medianNanos == that.medianNanos
          && chosen == that.chosen
          && note.equals(that.note);
    }

    @Override
    public int hashCode() {
      return Objects.hash(engine, implementation, medianNanos, chosen, note);
    }

    /** Returns for example {@code vector 8 lanes:direct}. */
    @Override
    public String toString() {
      return engine + " " + implementation;
    }
  }
}
