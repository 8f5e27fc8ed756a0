package io.github.conv4j.networks.internal.definition;

import java.util.Map;

/**
 * What is known of a graph's values before it runs.
 *
 * <p><b>Memory.</b> Keeps the values that are known. <b>Threads.</b> Immutable. <b>Errors.</b>
 * None.
 *
 * @param types of all values but the unknown
 * @param known values that are the same in every run with inputs of these types: constants and what
 *     follows from them and from shapes
 * @param unknown why the type of a value is not known, by the value's name
 */
public record Inference(
    Map<String, TensorType> types, Map<String, Values> known, Map<String, String> unknown) {
  /** Copies the maps. */
  public Inference {
    types = Map.copyOf(types);
    known = Map.copyOf(known);
    unknown = Map.copyOf(unknown);
  }
}
