package io.github.conv4j;

/**
 * A warning that a transposed convolution overlaps unevenly along an axis, which shows as a
 * checkerboard in pictures: the kernel is not a multiple of the stride, or taps that lie a dilation
 * apart miss some outputs altogether.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> Throws none.
 *
 * @param axis the spatial axis, 0 being the outermost
 * @param kernel taps along it
 * @param stride step along it
 * @param dilation distance between taps
 * @param fewest contributions that an inner output receives at least
 * @param most contributions that an inner output receives at most
 * @see <a href="https://distill.pub/2016/deconv-checkerboard/">Odena, Dumoulin, Olah: Deconvolution
 *     and checkerboard artifacts (2016)</a>
 */
public record Checkerboard(
    int axis, long kernel, long stride, long dilation, long fewest, long most) {
  /** Returns the warning as a sentence with its remedy. */
  @Override
  public String toString() {
    long whole = Math.ceilDiv(kernel, stride) * stride;
    String kernelRemedy = kernel == whole ? "" : "kernel %d".formatted(whole);
    boolean tapsMiss = Convolution.greatestCommonDivisor(stride, dilation) > 1;
    String dilationRemedy = tapsMiss ? "dilation 1" : "";
    String both = kernelRemedy.isEmpty() || dilationRemedy.isEmpty() ? "" : " and ";
    String remedy = "use " + kernelRemedy + both + dilationRemedy;
    return ("uneven overlap on axis %d: with kernel %d, stride %d and dilation %d outputs receive"
            + " %d or %d contributions; %s, or resize and convolve")
        .formatted(axis, kernel, stride, dilation, fewest, most, remedy);
  }
}
