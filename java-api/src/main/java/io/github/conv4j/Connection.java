package io.github.conv4j;

import java.util.Arrays;
import java.util.List;

/**
 * What a step of a {@link ConvolutionSequence} reads. Results are counted: 0 is the source of the
 * sequence, 1 what its first step gives, 2 what its second step gives. Immutable.
 *
 * <pre>{@code
 * // An inverted residual of MobileNetV2: the third step adds the source to its own result.
 * ConvolutionSequence.of(expand, depthwise).then(project, Connection.from(2).operands(0))
 * }</pre>
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Numbers below 0 are
 * refused with {@link IllegalArgumentException}.
 *
 * @param src the result that the step computes from
 * @param operands the results that its post-ops are given, one for each of {@link
 *     PostOps#runOperands}, in order; each is as large as the step's own result
 */
public record Connection(int src, List<Integer> operands) {
  /** Checks the numbers. */
  public Connection {
    operands = List.copyOf(operands);
    if (src < 0 || operands.stream().anyMatch(operand -> operand < 0)) {
      throw new IllegalArgumentException(
          "results are counted from 0 but a step reads %d and %s".formatted(src, operands));
    }
  }

  /** Returns a connection without operands. */
  public static Connection from(int result) {
    return new Connection(result, List.of());
  }

  /** Returns the same connection with results as operands. */
  public Connection operands(int... results) {
    return new Connection(src, Arrays.stream(results).boxed().toList());
  }
}
