package io.github.conv4j;

import io.github.conv4j.internal.checks.Checks;
import io.github.conv4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Convolutions and channel shuffles that run one after the other, each on the result of the one
 * before: what the separable, flattened and shuffled variants are made of. Immutable.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Steps that do not
 * follow on each other, and a source that does not fit, are refused with {@link
 * IllegalArgumentException}.
 *
 * @param steps at least one; neighbours agree on the number of channels and of spatial dimensions
 */
public record ConvolutionSequence(List<Step> steps) {
  /** Checks that neighbours fit. */
  public ConvolutionSequence {
    steps = List.copyOf(steps);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException("a sequence needs at least one step");
    }
    long channels = 0;
    int spatialRank = 0;
    for (Step step : steps) {
      long in = step instanceof Convolution c ? c.inChannels() : outChannels(step);
      if (channels != 0 && in != channels) {
        throw new IllegalArgumentException(
            "step %s takes %d channels but the step before gives %d".formatted(step, in, channels));
      }
      if (step instanceof Convolution c) {
        if (spatialRank != 0 && c.spatialRank() != spatialRank) {
          throw new IllegalArgumentException(
              "step %s has %d spatial dimensions but the steps before have %d"
                  .formatted(step, c.spatialRank(), spatialRank));
        }
        spatialRank = c.spatialRank();
      }
      channels = outChannels(step);
    }
    if (spatialRank == 0) {
      throw new IllegalArgumentException("a sequence needs at least one convolution");
    }
  }

  private static long outChannels(Step step) {
    return switch (step) {
      case Convolution c -> c.outChannels();
      case ChannelShuffle s -> s.channels();
    };
  }

  /** Returns the sequence of these steps. */
  public static ConvolutionSequence of(Step... steps) {
    return new ConvolutionSequence(Arrays.asList(steps));
  }

  /** Returns the same sequence, each convolution with another padding. */
  public ConvolutionSequence withPadding(Padding other) {
    List<Step> padded = new ArrayList<>();
    for (Step step : steps) {
      padded.add(step instanceof Convolution c ? c.withPadding(other) : step);
    }
    return new ConvolutionSequence(padded);
  }

  /** Returns the convolutions among the steps, in order. */
  public List<Convolution> convolutions() {
    List<Convolution> convolutions = new ArrayList<>();
    for (Step step : steps) {
      if (step instanceof Convolution c) {
        convolutions.add(c);
      }
    }
    return List.copyOf(convolutions);
  }

  /**
   * Returns the shape of the result.
   *
   * @throws IllegalArgumentException if the source does not fit
   */
  public Shape outputShape(Shape src) {
    Shape shape = src;
    for (Step step : steps) {
      shape = step.outputShape(shape);
    }
    return shape;
  }

  /** Returns how many weights and biases all steps have. */
  public long parameterCount() {
    return steps.stream().mapToLong(Step::parameterCount).reduce(0, ConvolutionSequence::add);
  }

  /**
   * Returns how many multiplications one run takes.
   *
   * @throws IllegalArgumentException if the source does not fit or the number overflows
   */
  public long multiplications(Shape src) {
    Shape shape = src;
    long total = 0;
    for (Step step : steps) {
      total = add(total, step.multiplications(shape));
      shape = step.outputShape(shape);
    }
    return total;
  }

  /** Returns how many source elements along each spatial axis one output sees. */
  public long[] receptiveField() {
    long[] seen = new long[convolutions().getFirst().spatialRank()];
    Arrays.fill(seen, 1);
    for (Step step : steps.reversed()) {
      seen = step.receptiveField(seen);
    }
    return seen;
  }

  private static long add(long a, long b) {
    return Checks.sum(a, b, "total");
  }

  /** Returns the steps joined by arrows. */
  @Override
  public String toString() {
    return steps.stream().map(Object::toString).collect(Collectors.joining(" -> "));
  }
}
