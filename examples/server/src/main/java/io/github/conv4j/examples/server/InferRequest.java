package io.github.conv4j.examples.server;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks of a model, without the numbers.
 *
 * @param id comes back with the answer; null if there is none
 * @param outputs those that are wanted; empty for all
 * @param isBinary whether outputs that do not say how they are wanted come as bytes
 */
record InferRequest(
    @Nullable String id, List<Input> inputs, List<Output> outputs, boolean isBinary) {
  /**
   * An input.
   *
   * @param binarySize how many bytes of it follow the JSON; null if its numbers are in the JSON
   */
  record Input(String name, String datatype, long[] shape, @Nullable Long binarySize) {}

  /**
   * An output that is wanted.
   *
   * @param isBinary as bytes behind the JSON; null if it does not say
   */
  record Output(String name, @Nullable Boolean isBinary) {}

  /** Whether an output is wanted as bytes. */
  boolean isBinary(String output) {
    return outputs.stream()
        .filter(each -> each.name().equals(output) && each.isBinary() != null)
        .map(each -> Boolean.TRUE.equals(each.isBinary()))
        .findFirst()
        .orElse(isBinary);
  }
}
