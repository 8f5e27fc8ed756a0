package io.github.conv4j.networks.internal.definition;

/**
 * A tensor seen as lanes of a length along some neighbouring axes.
 *
 * @param outer the product of the dimensions before them
 * @param length the product of theirs
 * @param inner the product of the dimensions behind: how far neighbours of a lane are apart
 */
record Lanes(int outer, int length, int inner) {
  /** What is done with a lane. */
  @FunctionalInterface
  interface Lane {
    /** Visits the elements {@code start, start + inner, …}. */
    void visit(int start);
  }

  /** Returns the lanes along one axis. */
  static Lanes along(long[] dims, int axis) {
    return between(dims, axis, axis + 1);
  }

  /** Returns the lanes along the axes from one to before another. */
  static Lanes between(long[] dims, int from, int to) {
    return new Lanes(
        Layout.count(dims, 0, from),
        Layout.count(dims, from, to),
        Layout.count(dims, to, dims.length));
  }

  void each(Lane lane) {
    for (int o = 0; o < outer; o++) {
      for (int i = 0; i < inner; i++) {
        lane.visit(o * length * inner + i);
      }
    }
  }
}
