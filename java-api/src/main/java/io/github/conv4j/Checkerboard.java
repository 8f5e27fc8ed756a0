package io.github.conv4j;

/**
 * A warning that a transposed convolution overlaps unevenly along an axis, which shows as a
 * checkerboard in pictures: the kernel is not a multiple of the stride.
 *
 * @param axis the spatial axis, 0 being the outermost
 * @param kernel taps along it
 * @param stride step along it
 * @param fewest contributions that an inner output receives at least
 * @param most contributions that an inner output receives at most
 * @see <a href="https://distill.pub/2016/deconv-checkerboard/">Odena, Dumoulin, Olah: Deconvolution
 *     and checkerboard artifacts (2016)</a>
 */
public record Checkerboard(int axis, long kernel, long stride, long fewest, long most) {
  /** Returns the warning as a sentence with its remedy. */
  @Override
  public String toString() {
    return ("uneven overlap on axis %d: kernel %d is not a multiple of stride %d, so outputs"
            + " receive %d or %d contributions; use kernel %d, or resize and convolve")
        .formatted(axis, kernel, stride, fewest, most, Math.ceilDiv(kernel, stride) * stride);
  }
}
