package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import org.jspecify.annotations.Nullable;

/**
 * A value of floats that are integers with a scaling.
 *
 * @param integers the name of the integers
 */
record Dequantized(String integers, Scaling scaling) {
  /** From the least to the most that 8 bits are; with a larger scale, floats would be infinite. */
  private static final float RANGE = 255;

  /** Returns how a value was dequantized, or null where it was not. */
  static @Nullable Dequantized of(Draft draft, String value) {
    Node node = draft.constant(value) == null ? draft.writer(value) : draft.origin(value);
    if (node == null
        || !Attributes.is(node, "DequantizeLinear")
        || draft.type(value).element() != ElementType.FLOAT) {
      return null;
    }
    Scaling scaling = Scaling.of(draft, node);
    return scaling == null ? null : new Dequantized(node.inputs().getFirst(), scaling);
  }

  /** Returns the same where the integers have 8 bits and one scale, and change at each run. */
  static @Nullable Dequantized tensor(Draft draft, String value) {
    Dequantized found = draft.constant(value) == null ? of(draft, value) : null;
    return found != null
            && found.scaling.isSingle()
            && isByte(draft, found.integers)
            && Float.isFinite(RANGE * found.scaling.scale(0))
        ? found
        : null;
  }

  /** Whether the elements of a value are integers of 8 bits. */
  static boolean isByte(Draft draft, String value) {
    ElementType element = draft.type(value).element();
    return element == ElementType.UINT8 || element == ElementType.INT8;
  }
}
