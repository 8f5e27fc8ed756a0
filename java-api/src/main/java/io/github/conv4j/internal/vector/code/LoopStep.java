package io.github.conv4j.internal.vector.code;

/** A number that the JIT compiler does not know. */
public final class LoopStep {
  /** One, and never written: not final, so that no loop over it has a constant step. */
  @SuppressWarnings("NonFinalStaticField")
  public static int one = 1;

  private LoopStep() {}
}
