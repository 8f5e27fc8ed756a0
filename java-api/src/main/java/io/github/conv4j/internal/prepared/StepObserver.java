package io.github.conv4j.internal.prepared;

import java.lang.foreign.MemorySegment;

/** Is told of each step of a program's run, for measuring and for looking at what it computes. */
@FunctionalInterface
public interface StepObserver {
  /**
   * A step has run.
   *
   * @param step its number
   * @param values under their numbers; a temporary holds what was last written to its bytes, which
   *     it shares with others that live at other times
   */
  void stepDone(int step, MemorySegment[] values);

  /** Whether a step that has just run is to run once more before it counts as done. */
  default boolean isRepeated(int step) {
    return false;
  }
}
