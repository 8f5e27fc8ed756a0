package io.github.conv4j.contract;

import java.lang.foreign.Arena;

/** Arenas that others use while they are closed. */
public final class Arenas {
  private Arenas() {}

  /** Closes a shared arena as soon as nobody is in an access of it. */
  public static void closeStubbornly(Arena arena) {
    while (arena.scope().isAlive()) {
      try {
        arena.close();
      } catch (IllegalStateException refused) {
        Thread.onSpinWait();
      }
    }
  }
}
