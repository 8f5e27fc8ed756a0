package io.github.conv4j.internal.vector.base;

/** What stands for a vector in the loops without the Vector API. */
public final class ScalarWidth {
  /** The constant length of inner loops. */
  public static final int LANES = 16;

  private ScalarWidth() {}
}
