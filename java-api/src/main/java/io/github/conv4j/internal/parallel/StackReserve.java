package io.github.conv4j.internal.parallel;

/**
 * Makes a stack overflow happen before anything has begun, rather than in the middle of the
 * bookkeeping between threads, which needs less stack than this looks for.
 */
final class StackReserve {
  /** Some hundred bytes each while interpreted, some tens once compiled. */
  private static final int FRAMES = 100;

  private StackReserve() {}

  /**
   * Returns normally if the calling thread has some kilobytes of stack left.
   *
   * @throws StackOverflowError if not
   */
  static void require() {
    if (depth(FRAMES) != FRAMES) {
      throw new AssertionError("every frame counts");
    }
  }

  private static int depth(int frames) {
    return frames == 0 ? 0 : 1 + depth(frames - 1);
  }
}
