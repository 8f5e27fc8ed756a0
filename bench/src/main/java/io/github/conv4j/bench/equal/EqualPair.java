package io.github.conv4j.bench.equal;

/**
 * The same work written in two ways.
 *
 * @param kind of the difference
 * @param first one way
 * @param second the other; between the same bytes of src and dst unless only one of them copies
 * @param weights those of the second from those of the first
 * @param oneWay whether only the first may not be slower: the second does more
 * @param sameResult whether both give the same results; else they only multiply as often
 */
record EqualPair(
    String kind,
    Half first,
    Half second,
    WeightsOrder weights,
    boolean oneWay,
    boolean sameResult) {
  static EqualPair of(String kind, Half first, Half second, WeightsOrder weights) {
    return new EqualPair(kind, first, second, weights, false, true);
  }

  static EqualPair of(String kind, Half first, Half second) {
    return of(kind, first, second, WeightsOrder.SAME);
  }

  /** A layout against copies around the other. */
  static EqualPair copied(String kind, Half given) {
    return new EqualPair(kind, given, given.copied(), WeightsOrder.SAME, true, true);
  }

  /** As many multiplications on as many outputs, with other results. */
  static EqualPair alike(String kind, Half first, Half second) {
    return new EqualPair(kind, first, second, WeightsOrder.SAME, false, false);
  }

  @Override
  public String toString() {
    return "%s: %s; %s".formatted(kind, first, second);
  }
}
