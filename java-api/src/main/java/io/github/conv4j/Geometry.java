package io.github.conv4j;

import io.github.conv4j.internal.checks.Checks;
import io.github.conv4j.tensor.Shape;
import java.util.List;

/**
 * A convolution resolved for one source shape: every rule turned into numbers. Immutable.
 *
 * <p><b>Memory.</b> Plain objects. <b>Threads.</b> Immutable. <b>Errors.</b> An axis that does not
 * exist is refused with {@link IndexOutOfBoundsException}.
 *
 * @param src the source shape {@code [n, ic, (d,) (h,) w]}
 * @param dst the result shape {@code [n, oc, (d,) (h,) w]}
 * @param axes one entry a spatial axis, in the order depth, height, width
 */
public record Geometry(Shape src, Shape dst, List<Axis> axes) {
  /** Copies the list. */
  public Geometry {
    axes = List.copyOf(axes);
  }

  /**
   * Returns one spatial axis, 0 being the outermost.
   *
   * @throws IndexOutOfBoundsException if there is no such axis
   */
  public Axis axis(int index) {
    return axes.get(Checks.axis(index, axes.size(), "src " + src));
  }

  /**
   * One spatial axis.
   *
   * <p>For a convolution, output {@code o} and tap {@code k} meet source element {@code o * stride
   * - begin + k * dilation}. For a transposed one, source element {@code i} and tap {@code k} meet
   * output {@code i * stride - begin + k * dilation}. Either may fall outside.
   *
   * <p><b>Memory.</b> Plain numbers. <b>Threads.</b> Immutable. <b>Errors.</b> Checks nothing;
   * those that {@link Convolution#geometry} returns are in range.
   *
   * @param src elements of the source
   * @param dst elements of the result
   * @param kernel taps
   * @param stride step of the window, at least 1
   * @param dilation distance between taps, at least 1
   * @param begin padding before the first element, at least 0
   * @param end padding after the last element; negative where elements are left out, or where a
   *     transposed convolution has output padding
   */
  public record Axis(
      long src, long dst, long kernel, long stride, long dilation, long begin, long end) {
    /** Returns how many elements the kernel covers: {@code dilation * (kernel - 1) + 1}. */
    public long span() {
      return dilation * (kernel - 1) + 1;
    }
  }
}
