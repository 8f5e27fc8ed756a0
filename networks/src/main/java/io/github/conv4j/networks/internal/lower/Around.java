package io.github.conv4j.networks.internal.lower;

/**
 * A tensor as three axes: what lies around one axis in memory, the axis, and what lies in it.
 *
 * @param outer how many elements are before the axis
 * @param axis how long it is
 * @param inner how many elements are behind it
 */
record Around(long outer, long axis, long inner) {
  static Around of(Order order, long[] dims, int axis) {
    long outer = 1;
    long inner = 1;
    int position = order.position(axis);
    for (int i = 0; i < dims.length; i++) {
      if (i < position) {
        outer *= dims[order.axis(i)];
      } else if (i > position) {
        inner *= dims[order.axis(i)];
      }
    }
    return new Around(outer, dims[axis], inner);
  }
}
