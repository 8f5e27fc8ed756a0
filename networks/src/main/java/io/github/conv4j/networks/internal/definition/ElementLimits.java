package io.github.conv4j.networks.internal.definition;

/**
 * What a network may ask for: files come from strangers, and a few bytes can describe a tensor of
 * gigabytes.
 *
 * <p><b>Memory.</b> Holds none. <b>Threads.</b> Immutable. <b>Errors.</b> {@link
 * IllegalArgumentException} where a number is not positive.
 *
 * @param elements the most elements of one tensor
 * @param liveElements the most elements of all tensors that are kept at one time
 * @param foldedElements the most elements of all tensors that inference keeps as constants
 */
public record ElementLimits(long elements, long liveElements, long foldedElements) {
  /** One tensor: 1 GiB of doubles; all: 4 GiB; folded: 128 MiB. */
  public static final ElementLimits DEFAULT = new ElementLimits(1L << 27, 1L << 29, 1L << 24);

  /** Checks the numbers. */
  public ElementLimits {
    if (elements < 1 || liveElements < 1 || foldedElements < 1) {
      throw new IllegalArgumentException(
          "limits must be at least 1 but are %d, %d and %d"
              .formatted(elements, liveElements, foldedElements));
    }
    if (elements > Integer.MAX_VALUE - 8) {
      throw new IllegalArgumentException(
          "one tensor has at most %d elements, not %d".formatted(Integer.MAX_VALUE - 8, elements));
    }
  }

  /** Returns the same limits but for the elements of one tensor. */
  public ElementLimits withElements(long most) {
    return new ElementLimits(most, liveElements, foldedElements);
  }
}
