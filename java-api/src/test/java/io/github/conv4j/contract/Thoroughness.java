package io.github.conv4j.contract;

/**
 * How much is tried of what other tests try too: some of it, or, with {@code
 * -Dconv4j.test.thorough=true}, all.
 */
public final class Thoroughness {
  private static final boolean IS_FULL = Boolean.getBoolean("conv4j.test.thorough");

  private Thoroughness() {}

  /** Returns 1 where everything is tried, else {@code step}: one in so many is. */
  public static int step(int step) {
    return IS_FULL ? 1 : step;
  }
}
