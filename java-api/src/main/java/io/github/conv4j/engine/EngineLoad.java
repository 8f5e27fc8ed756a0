package io.github.conv4j.engine;

/**
 * What the calls of an engine are at, at one moment. Immutable.
 *
 * <p><b>Memory.</b> Plain numbers. <b>Threads.</b> Immutable; the numbers are read one after the
 * other while calls go on, so that they may not be of quite the same moment. <b>Errors.</b> None.
 *
 * @param busyThreads how many threads compute, callers and helpers, at most {@link
 *     EngineOptions#threads}
 * @param waitingCalls how many calls wait in the queue, at most {@link EngineOptions#queueLimit}
 */
public record EngineLoad(int busyThreads, int waitingCalls) {
  /** Nobody computes or waits. */
  public static final EngineLoad NONE = new EngineLoad(0, 0);
}
