package io.github.conv4j.internal.vector.code;

/** A number that the JIT compiler does not know, so that no loop over it has a constant step. */
public final class LoopStep {
  private static final int[] ONE = {1};

  private LoopStep() {}

  /** Returns 1: the compiler takes the reference of an array as constant, and not what it holds. */
  public static int one() {
    return ONE[0];
  }
}
