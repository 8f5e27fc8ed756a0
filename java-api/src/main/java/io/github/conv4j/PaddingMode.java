package io.github.conv4j;

/**
 * What stands beyond the edge of the source, under PyTorch's names. Each is shown on a row {@code a
 * b c d} with three elements of padding on the left.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Throws none.
 */
public enum PaddingMode {
  /** {@code 0 0 0 | a b c d}. */
  ZEROS,
  /** {@code d c b | a b c d}: mirrored without repeating the edge; needs padding below the size. */
  REFLECT,
  /** {@code a a a | a b c d}. */
  REPLICATE,
  /** {@code b c d | a b c d}: wrapped around; needs padding up to the size. */
  CIRCULAR
}
