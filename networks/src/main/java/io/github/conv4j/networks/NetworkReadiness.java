package io.github.conv4j.networks;

import io.github.conv4j.CallRefusedException;
import io.github.conv4j.internal.prepared.StepObserver;
import io.github.conv4j.internal.ready.HeapUse;
import io.github.conv4j.internal.ready.PlatformThread;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Runs a network on zeros, which nobody sees, until its code is compiled: step by step, each again
 * a few times, short ones for some milliseconds, while it takes from the heap, as vector code does
 * that is not compiled, or becomes faster; then as callers run it.
 *
 * <p>Rounds take turns between tensors of a shared arena and of a confined one: without native
 * access there is code for each, or code that is thrown away when it meets the other kind.
 */
final class NetworkReadiness {
  /** Some code is never compiled whole; it is not waited for any longer. */
  private static final long PATIENCE_NANOS = 60_000_000_000L;

  /** Nor where nothing became faster, or came to take nothing from the heap, for so long. */
  private static final long STANDSTILL_NANOS = 3_000_000_000L;

  /** Of a long step in one round: the next round comes when the compiler has had time. */
  private static final int MOST_REPEATS = 3;

  /** Of a short step in one round: the compiler asks for hundreds of calls. */
  private static final long REPEATED_NANOS = 5_000_000;

  /** Of all short steps in one round. */
  private static final long ROUND_NANOS = 500_000_000;

  /** With each of the two arenas, without a step that is not compiled. */
  private static final int CALM_ROUNDS = 2;

  private static final int ROUNDS_WITHOUT_HEAP_USE = 20;

  /**
   * The JVM itself takes some now and then; code that is not compiled an object for each vector.
   */
  private static final long MOST_HEAP_BYTES = 512;

  /** So much faster than before means that code was compiled meanwhile. */
  private static final double FASTER = 1.5;

  private NetworkReadiness() {}

  /** Makes a network ready that was just prepared. */
  static void await(PreparedNetwork network) {
    PlatformThread.run(() -> rehearse(network));
  }

  private static void rehearse(PreparedNetwork network) {
    try (Arena shared = Arena.ofShared();
        Arena confined = Arena.ofConfined()) {
      NetworkCall[] calls = {call(network, shared), call(network, confined)};
      long end = System.nanoTime() + PATIENCE_NANOS;
      var rehearsal = new Rehearsal(network.network().prepared().stepCount());
      int least = HeapUse.bytes() == HeapUse.UNKNOWN ? ROUNDS_WITHOUT_HEAP_USE : 0;
      int calm = 0;
      for (int round = 0;
          (calm < CALM_ROUNDS || round < least)
              && System.nanoTime() < end
              && !rehearsal.standsStill();
          round++) {
        rehearsal.begin();
        calls[round % calls.length].observe(rehearsal);
        calm = rehearsal.isCalm ? calm + 1 : 0;
      }
      for (NetworkCall call : calls) {
        call.execute();
      }
    } catch (CallRefusedException | IllegalArgumentException _) {
      // No thread is free, or a node refuses zeros: it is prepared all the same.
    }
  }

  private static NetworkCall call(PreparedNetwork network, Arena arena) {
    NetworkCall call = network.call();
    for (String input : network.inputs()) {
      call.input(input, arena.allocate(network.type(input).byteSize(), 64));
    }
    for (String output : network.outputs()) {
      call.output(output, arena.allocate(network.type(output).byteSize(), 64));
    }
    return call;
  }

  /** Repeats what is not compiled yet. */
  private static final class Rehearsal implements StepObserver {
    private final long[] bestNanos;
    private final boolean[] wasCompiled;
    private long progressNanos = System.nanoTime();
    private boolean isCalm;
    private int repeats;
    private long repeatedNanos;
    private long roundNanos;
    private long heapBytes;
    private long nanos;

    Rehearsal(int stepCount) {
      this.bestNanos = new long[stepCount];
      this.wasCompiled = new boolean[stepCount];
    }

    boolean standsStill() {
      return System.nanoTime() - progressNanos > STANDSTILL_NANOS;
    }

    void begin() {
      isCalm = true;
      roundNanos = 0;
      stepBegins();
    }

    private void stepBegins() {
      repeats = 0;
      repeatedNanos = 0;
      mark();
    }

    private void mark() {
      heapBytes = HeapUse.bytes();
      nanos = System.nanoTime();
    }

    @Override
    public boolean isRepeated(int step) {
      long taken = System.nanoTime() - nanos;
      boolean isCompiled = HeapUse.bytes() - heapBytes < MOST_HEAP_BYTES;
      boolean isFaster = taken * FASTER < bestNanos[step];
      boolean isFirst = bestNanos[step] == 0;
      bestNanos[step] = isFirst ? taken : Math.min(bestNanos[step], taken);
      isCalm &= isCompiled && !isFirst;
      if (isFirst || isFaster || (isCompiled && !wasCompiled[step])) {
        progressNanos = System.nanoTime();
      }
      wasCompiled[step] |= isCompiled;
      repeats++;
      repeatedNanos += taken;
      mark();
      if (isCompiled && !isFaster) {
        return false;
      }
      if (repeats <= MOST_REPEATS) {
        return true;
      }
      roundNanos += taken;
      return repeatedNanos < REPEATED_NANOS && roundNanos < ROUND_NANOS;
    }

    @Override
    public void stepDone(int step, MemorySegment[] values) {
      stepBegins();
    }
  }
}
