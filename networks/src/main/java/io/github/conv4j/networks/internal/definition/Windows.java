package io.github.conv4j.networks.internal.definition;

import java.util.Arrays;

/**
 * Where windows that slide over the spatial axes of {@code [N, C, D1, …]} begin and end.
 *
 * <p>Window {@code o} of an axis reads {@code o·stride + k·dilation - before} for each {@code k} of
 * the kernel; what lies outside the source is padding.
 *
 * @param src the extent of each spatial axis
 * @param dst how many windows each axis has
 * @param before padding before the first element
 * @param after padding behind the last element
 */
record Windows(
    long[] src,
    long[] kernel,
    long[] strides,
    long[] dilations,
    long[] before,
    long[] after,
    long[] dst) {
  /** How the last window is treated when stride does not divide. */
  enum Rounding {
    FLOOR,
    CEIL
  }

  /** Reads attributes auto_pad, dilations, pads and strides. */
  static Windows of(NodeCall call, long[] kernel, Rounding rounding) {
    int spatial = call.rank(0) - 2;
    long[] src = spatialDims(call.dims(0));
    call.require(
        kernel.length == spatial,
        "has a kernel of %d dimensions for %s",
        kernel.length,
        call.type(0));
    long[] strides = positive(call, "strides", spatial);
    long[] dilations = positive(call, "dilations", spatial);
    long[] before = new long[spatial];
    long[] after = new long[spatial];
    long[] dst = new long[spatial];
    String autoPad = call.text("auto_pad", "NOTSET");
    long[] pads = pads(call, spatial);
    for (int axis = 0; axis < spatial; axis++) {
      call.require(kernel[axis] > 0, "has a kernel of extent %d", kernel[axis]);
      long span = span(kernel[axis], dilations[axis]);
      switch (autoPad) {
        case "NOTSET" -> {
          before[axis] = pads[axis];
          after[axis] = pads[axis + spatial];
          dst[axis] =
              count(call, src[axis], before[axis], after[axis], span, strides[axis], rounding);
        }
        case "VALID" ->
            dst[axis] = count(call, src[axis], 0, 0, span, strides[axis], Rounding.FLOOR);
        case "SAME_UPPER", "SAME_LOWER" -> {
          dst[axis] = Math.ceilDiv(src[axis], strides[axis]);
          long total =
              Math.max(
                  0,
                  Math.addExact(
                      Math.multiplyExact(dst[axis] - 1, strides[axis]), span - src[axis]));
          before[axis] = autoPad.equals("SAME_UPPER") ? total / 2 : total - total / 2;
          after[axis] = total - before[axis];
        }
        default -> throw call.invalid("has auto_pad \"%s\"", autoPad);
      }
      requireModest(call, Math.addExact(src[axis], Math.addExact(before[axis], after[axis])));
      requireModest(call, span);
      requireModest(call, strides[axis]);
    }
    return new Windows(src, kernel, strides, dilations, before, after, dst);
  }

  private static long count(
      NodeCall call, long src, long before, long after, long span, long stride, Rounding rounding) {
    long room = Math.addExact(Math.addExact(src, before), Math.subtractExact(after, span));
    call.require(
        room >= 0,
        "has a kernel that spans %d elements but the padded input has %d",
        span,
        room + span);
    if (rounding == Rounding.FLOOR) {
      return room / stride + 1;
    }
    long last = Math.ceilDiv(room, stride);
    // A window that begins behind the last element sees nothing of the source.
    return last * stride >= src + before ? last : last + 1;
  }

  static long[] spatialDims(long[] dims) {
    return Arrays.copyOfRange(dims, 2, dims.length);
  }

  static long span(long kernel, long dilation) {
    return Math.addExact(Math.multiplyExact(kernel - 1, dilation), 1);
  }

  static long[] positive(NodeCall call, String name, int count) {
    long[] values = call.integers(name, ones(count));
    call.require(values.length == count, "has %d %s, not %d", values.length, name, count);
    for (long value : values) {
      call.require(value > 0, "has %s of %d, which must be at least 1", name, value);
    }
    return values;
  }

  static long[] pads(NodeCall call, int spatial) {
    long[] pads = call.integers("pads", new long[2 * spatial]);
    call.require(pads.length == 2 * spatial, "has %d pads, not %d", pads.length, 2 * spatial);
    for (long pad : pads) {
      call.require(pad >= 0, "has a pad of %d, which must be at least 0", pad);
    }
    return pads;
  }

  /** Keeps positions within 32 bits, so that sums of them are safe in 64. */
  static void requireModest(NodeCall call, long extent) {
    call.require(extent <= Integer.MAX_VALUE, "has a window or padding of %d elements", extent);
  }

  static long[] ones(int count) {
    long[] ones = new long[count];
    Arrays.fill(ones, 1);
    return ones;
  }

  /** Returns where the first window has an element of the kernel, padding being negative. */
  long shift(int axis, long tap) {
    return tap * dilations[axis] - before[axis];
  }

  /** Returns what an element of the kernel meets in a window; -1 for padding. */
  long source(int axis, long window, long tap) {
    long at = window * strides[axis] + shift(axis, tap);
    return at >= 0 && at < src[axis] ? at : -1;
  }

  /** Returns the same windows as they are with three spatial axes. */
  Windows lifted() {
    return new Windows(
        lift(src, 1),
        lift(kernel, 1),
        lift(strides, 1),
        lift(dilations, 1),
        lift(before, 0),
        lift(after, 0),
        lift(dst, 1));
  }

  private static long[] lift(long[] values, long neutral) {
    long[] lifted = {neutral, neutral, neutral};
    System.arraycopy(values, 0, lifted, 3 - values.length, values.length);
    return lifted;
  }

  /**
   * The steps {@code first <= x < end} of an axis at which one element of the kernel meets the
   * source.
   *
   * @param shift what it meets at step 0, also outside
   */
  record Meeting(int first, int end, int shift) {
    static Meeting of(long steps, long extent, long stride, long shift) {
      long first = Math.max(0, Math.ceilDiv(-shift, stride));
      long end = Math.min(steps, Math.floorDiv(extent - 1 - shift, stride) + 1);
      return new Meeting((int) first, (int) Math.max(first, end), (int) shift);
    }
  }
}
