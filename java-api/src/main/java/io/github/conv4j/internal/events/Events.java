package io.github.conv4j.internal.events;

import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * What happens here, for the JDK's Flight Recorder. Where that was never started, or is no part of
 * the JDK at hand, each of these methods is one or two reads of fields, and no event is loaded.
 */
public final class Events {
  private static final boolean PRESENT = ModuleLayer.boot().findModule("jdk.jfr").isPresent();

  private Events() {}

  /** An engine, or a network, that is being prepared. */
  public interface Preparation {
    /**
     * Ends and records it.
     *
     * @param weights the bytes of packed weights and other constants
     */
    void finish(String engine, String problem, String implementation, long weights);
  }

  /** One call. */
  public interface Execution {
    /** Says that a thread is there which computes; on any thread. */
    void computing();

    /**
     * Ends and records it.
     *
     * @param failure what ended the call, if anything did
     */
    void finish(String engine, String problem, @Nullable Throwable failure);
  }

  /** A search for a native library. */
  public interface LibrarySearch {
    /** Ends and records it. */
    void found(String library, String origin, String version);

    /** Ends and records it. */
    void missing(String failure);
  }

  /** A copy into another layout. */
  public interface Reordering {
    /**
     * Ends and records it, unless it was shorter than recordings ask for.
     *
     * @param from and {@code to}: tensors, by their text
     */
    void finish(Object from, Object to, long bytes);
  }

  /** Each call asks: looked up once, and not before the recorder is there. */
  private static final class Calls {
    static final EventType TYPE = EventType.getEventType(ExecuteEvent.class);
  }

  private static boolean isOn(Class<? extends Event> event) {
    return EventType.getEventType(event).isEnabled();
  }

  private static boolean isPossible() {
    return PRESENT && FlightRecorder.isInitialized();
  }

  /** Begins to prepare something, null where nobody listens. */
  public static @Nullable Preparation preparation() {
    if (!isPossible() || !isOn(PrepareEvent.class)) {
      return null;
    }
    var event = new PrepareEvent();
    event.begin();
    return event;
  }

  /** Whether calls are recorded now. */
  public static boolean recordsCalls() {
    return isPossible() && Calls.TYPE.isEnabled();
  }

  /**
   * Begins a call of something where {@link #recordsCalls} is true, null if it is not recorded.
   *
   * @param number how many calls of the same thing there were before
   */
  public static @Nullable Execution call(int number) {
    if (number % SamplingControl.interval() != 0) {
      return null;
    }
    var event = new ExecuteEvent();
    event.begin();
    return event;
  }

  /** Begins to look for a native library, null where nobody listens. */
  public static @Nullable LibrarySearch librarySearch() {
    if (!isPossible() || !isOn(LibraryLoadEvent.class)) {
      return null;
    }
    var event = new LibraryLoadEvent();
    event.begin();
    return event;
  }

  /** Begins a reorder, null where nobody listens. */
  public static @Nullable Reordering reordering() {
    if (!isPossible() || !isOn(ReorderEvent.class)) {
      return null;
    }
    var event = new ReorderEvent();
    event.begin();
    return event;
  }

  /** Something slow was prepared in place of what would be fast. */
  public static void fallback(String problem, String reason) {
    if (isPossible() && isOn(FallbackEvent.class)) {
      new FallbackEvent(problem, reason).commit();
    }
  }

  /**
   * A cache that is bounded in bytes let something go.
   *
   * @param entry by its text
   */
  public static void eviction(String cache, Object entry, long bytes) {
    if (isPossible() && isOn(EvictionEvent.class)) {
      new EvictionEvent(cache, entry.toString(), bytes).commit();
    }
  }

  /**
   * A call was computed again and came out differently.
   *
   * @param position of the output that is farthest off
   * @param repro the command that runs the problem again
   */
  public static void shadowMismatch(
      String engine,
      String problem,
      String implementation,
      String otherEngine,
      boolean otherAtFault,
      String position,
      double value,
      double expected,
      double permitted,
      String repro) {
    if (isPossible() && isOn(ShadowMismatchEvent.class)) {
      new ShadowMismatchEvent(
              engine,
              problem,
              implementation,
              otherEngine,
              otherAtFault,
              position,
              value,
              expected,
              permitted,
              repro)
          .commit();
    }
  }

  /** Something prepared was never closed. */
  public static void leak(String engine, String problem) {
    if (isPossible() && isOn(LeakEvent.class)) {
      new LeakEvent(engine, problem).commit();
    }
  }
}
