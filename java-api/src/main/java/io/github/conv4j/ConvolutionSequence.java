package io.github.conv4j;

import io.github.conv4j.internal.checks.Checks;
import io.github.conv4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Convolutions and channel shuffles that run one after the other, each on the result of the one
 * before, or of an earlier one: what the separable, flattened and shuffled variants are made of,
 * and the residual blocks of networks. Immutable.
 *
 * <p>Post-ops of a step may take an earlier result, of the shape of its own, as an operand: see
 * {@link Connection}.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Steps that do not
 * follow on each other, a result that is never read, and a source that does not fit, are refused
 * with {@link IllegalArgumentException}.
 *
 * @param steps at least one; who reads a result agrees with it on the number of channels and of
 *     spatial dimensions
 * @param connections what each step reads
 */
public record ConvolutionSequence(List<Step> steps, List<Connection> connections) {
  /** Checks that what is connected fits. */
  public ConvolutionSequence {
    steps = List.copyOf(steps);
    connections = List.copyOf(connections);
    if (steps.isEmpty()) {
      throw new IllegalArgumentException("a sequence needs at least one step");
    }
    if (steps.size() != connections.size()) {
      throw new IllegalArgumentException(
          "%d steps need as many connections but got %d"
              .formatted(steps.size(), connections.size()));
    }
    int spatialRank = 0;
    long[] channels = new long[steps.size() + 1];
    for (int i = 0; i < steps.size(); i++) {
      Step step = steps.get(i);
      Connection connection = connections.get(i);
      requireEarlier(step, i, connection);
      requireOperands(step, connection);
      long in = step instanceof Convolution c ? c.inChannels() : outChannels(step);
      channels[i + 1] = outChannels(step);
      requireChannels(step, "takes", in, connection.src(), channels);
      for (int operand : connection.operands()) {
        requireChannels(step, "has an operand of", channels[i + 1], operand, channels);
      }
      if (step instanceof Convolution c) {
        if (spatialRank != 0 && c.spatialRank() != spatialRank) {
          throw new IllegalArgumentException(
              "step %s has %d spatial dimensions but the steps before have %d"
                  .formatted(step, c.spatialRank(), spatialRank));
        }
        spatialRank = c.spatialRank();
      }
    }
    if (spatialRank == 0) {
      throw new IllegalArgumentException("a sequence needs at least one convolution");
    }
  }

  /** Creates a sequence in which each step reads the result of the one before. */
  public ConvolutionSequence(List<Step> steps) {
    this(steps, IntStream.range(0, steps.size()).mapToObj(Connection::from).toList());
  }

  private static void requireEarlier(Step step, int results, Connection connection) {
    int latest = connection.operands().stream().reduce(connection.src(), Math::max);
    if (latest > results) {
      throw new IllegalArgumentException(
          "step %s reads result %d but before it there are only 0 to %d"
              .formatted(step, latest, results));
    }
  }

  private static void requireOperands(Step step, Connection connection) {
    List<PostOp.Operand> needed =
        step instanceof Convolution c ? c.postOps().runOperands() : List.of();
    if (needed.size() != connection.operands().size()) {
      throw new IllegalArgumentException(
          "post-ops of step %s take %d operands at each run but the connection names %s"
              .formatted(step, needed.size(), connection.operands()));
    }
    for (PostOp.Operand operand : needed) {
      if (operand.extent() != PostOp.Extent.FULL) {
        throw new IllegalArgumentException(
            "an earlier result can be an operand as large as the result but %s takes %s"
                .formatted(step, operand));
      }
    }
  }

  /** The channels of the source become known with its first reader. */
  private static void requireChannels(
      Step step, String verb, long count, int result, long[] channels) {
    if (channels[result] == 0) {
      channels[result] = count;
    } else if (channels[result] != count) {
      throw new IllegalArgumentException(
          "step %s %s %d channels but the step before gives %d"
              .formatted(step, verb, count, channels[result]));
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

  /** Returns the sequence with one step more, on its last result. */
  public ConvolutionSequence then(Step step) {
    return then(step, Connection.from(steps.size()));
  }

  /** Returns the sequence with one step more, on earlier results. */
  public ConvolutionSequence then(Step step, Connection connection) {
    List<Step> longer = new ArrayList<>(steps);
    List<Connection> connected = new ArrayList<>(connections);
    longer.add(step);
    connected.add(connection);
    return new ConvolutionSequence(longer, connected);
  }

  /** Returns the same sequence, each convolution with another padding. */
  public ConvolutionSequence withPadding(Padding other) {
    List<Step> padded = new ArrayList<>();
    for (Step step : steps) {
      padded.add(step instanceof Convolution c ? c.withPadding(other) : step);
    }
    return new ConvolutionSequence(padded, connections);
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
    return resultShapes(src).getLast();
  }

  /**
   * Returns the shapes of all results, the source's first.
   *
   * @throws IllegalArgumentException if the source does not fit, or no step reads a result that is
   *     not the last
   */
  public List<Shape> resultShapes(Shape src) {
    requireReaders();
    List<Shape> shapes = new ArrayList<>(List.of(src));
    for (int i = 0; i < steps.size(); i++) {
      Shape result = steps.get(i).outputShape(shapes.get(connections.get(i).src()));
      for (int operand : connections.get(i).operands()) {
        if (!shapes.get(operand).equals(result)) {
          throw new IllegalArgumentException(
              "step %s gives %s but its operand, result %d, is %s"
                  .formatted(steps.get(i), result, operand, shapes.get(operand)));
        }
      }
      shapes.add(result);
    }
    return List.copyOf(shapes);
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
    List<Shape> shapes = resultShapes(src);
    long total = 0;
    for (int i = 0; i < steps.size(); i++) {
      Shape read = shapes.get(connections.get(i).src());
      total = add(total, steps.get(i).multiplications(read));
    }
    return total;
  }

  /** Returns how many source elements along each spatial axis one output sees. */
  public long[] receptiveField() {
    int rank = convolutions().getFirst().spatialRank();
    long[][] seen = new long[steps.size() + 1][rank];
    Arrays.fill(seen[steps.size()], 1);
    for (int i = steps.size() - 1; i >= 0; i--) {
      Connection connection = connections.get(i);
      widen(seen[connection.src()], steps.get(i).receptiveField(seen[i + 1]));
      for (int operand : connection.operands()) {
        widen(seen[operand], seen[i + 1]);
      }
    }
    return seen[0];
  }

  private void requireReaders() {
    boolean[] isRead = new boolean[steps.size() + 1];
    for (Connection connection : connections) {
      isRead[connection.src()] = true;
      connection.operands().forEach(operand -> isRead[operand] = true);
    }
    for (int i = 1; i < steps.size(); i++) {
      if (!isRead[i]) {
        throw new IllegalArgumentException(
            "no step reads result %d, of step %s".formatted(i, steps.get(i - 1)));
      }
    }
  }

  private static void widen(long[] seen, long[] other) {
    Arrays.setAll(seen, axis -> Math.max(seen[axis], other[axis]));
  }

  private static long add(long a, long b) {
    return Checks.sum(a, b, "total");
  }

  /** Returns the steps joined by arrows, with what they read where it is not the one before. */
  @Override
  public String toString() {
    var text = new StringBuilder();
    for (int i = 0; i < steps.size(); i++) {
      Connection connection = connections.get(i);
      text.append(i == 0 ? "" : " -> ").append(steps.get(i));
      if (connection.src() != i) {
        text.append(" from ").append(connection.src());
      }
      if (!connection.operands().isEmpty()) {
        text.append(" with ").append(connection.operands());
      }
    }
    return text.toString();
  }
}
