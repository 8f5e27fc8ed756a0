package io.github.conv4j.bench.load;

import io.github.conv4j.bench.contender.Closing;
import io.github.conv4j.bench.contender.Entry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * One contender under load: clients that each keep a thread of their own, since libraries tie
 * thread pools to the calling thread. Not safe for use by several threads.
 */
public final class Lane implements AutoCloseable {
  private static final long START_NANOS = 1_000_000;
  private static final long LONGEST_NANOS = 100_000_000_000L;

  /** Of a closed loop's slice, what it runs before it counts. */
  private static final double LEAD_IN = 0.2;

  private final LaneName name;
  private final List<Entry> entries;
  private final @Nullable Schedule schedule;
  private final Ticker ticker;
  private final List<ExecutorService> threads = new ArrayList<>();
  private final List<ClientCounts> counts = new ArrayList<>();
  private float @Nullable [] first;
  private long elapsedNanos;

  /**
   * Creates a lane, which owns the entries from then on.
   *
   * @param rate requests a second of all clients together; 0 for a closed loop
   */
  public Lane(LaneName name, List<Entry> entries, double rate) {
    this(name, entries, rate, new SystemTicker());
  }

  Lane(LaneName name, List<Entry> entries, double rate, Ticker ticker) {
    this.name = name;
    this.entries = List.copyOf(entries);
    this.schedule = rate > 0 ? new Schedule(rate) : null;
    this.ticker = ticker;
    for (int i = 0; i < entries.size(); i++) {
      threads.add(
          Executors.newSingleThreadExecutor(
              Thread.ofPlatform().daemon().name(name.contender() + "-client-", i).factory()));
      counts.add(new ClientCounts());
    }
  }

  /** Returns who runs. */
  public LaneName name() {
    return name;
  }

  /** Serves in a closed loop without counting anything but errors. */
  public void warmUp(long nanos) {
    serve(0, nanos, null);
    counts.forEach(ClientCounts::resetTimes);
    elapsedNanos = 0;
    check();
  }

  /**
   * Serves for a while, then checks each client's last result. A closed loop runs for some time
   * more before it counts: clients that all begin at once get in each other's way.
   */
  public void slice(long nanos) {
    serve(schedule == null ? Math.round(LEAD_IN * nanos) : 0, nanos, schedule);
    check();
  }

  /** Returns the result of the first call, which all others must equal; empty if it failed. */
  public float[] firstResult() {
    return first == null ? new float[0] : first;
  }

  /** Counts one more error. */
  public void countError(String message) {
    counts.getFirst().fail(message);
  }

  /** Returns what was counted since the warm-up. Call it once, at the end. */
  public LaneResult result() {
    var latencies = new Histogram(LONGEST_NANOS, 3);
    long calls = 0;
    long heapBytes = 0;
    long errors = 0;
    String error = "";
    for (ClientCounts client : counts) {
      latencies.add(client.latencies);
      calls += client.calls;
      heapBytes += client.heapBytes;
      errors += client.errors;
      error = error.isEmpty() ? client.firstError : error;
    }
    long[] waiting = schedule == null ? new long[0] : schedule.waiting();
    for (long nanos : waiting) {
      latencies.recordValue(Math.min(nanos, LONGEST_NANOS));
    }
    return new LaneResult(
        name,
        entries.getFirst().implementation(),
        calls,
        elapsedNanos / 1e9,
        schedule == null && HeapBytes.areKnown()
            ? OptionalLong.of(heapBytes)
            : OptionalLong.empty(),
        errors,
        error,
        waiting.length,
        latencies);
  }

  private void serve(long leadNanos, long nanos, @Nullable Schedule open) {
    long begin = ticker.nanoTime() + START_NANOS;
    long counting = begin + leadNanos;
    long end = counting + nanos;
    if (open != null) {
      open.resume(begin);
    }
    each(
        i -> {
          ticker.waitUntil(begin);
          if (open == null) {
            serveClosed(i, counting, end);
          } else {
            serveOpen(i, end, open);
          }
        });
    if (open != null) {
      open.pause(end);
    }
    if (open == null) {
      elapsedNanos +=
          Math.round(counts.stream().mapToLong(ClientCounts::counted).average().orElse(0));
    } else {
      long last = counts.stream().mapToLong(client -> client.finishedNanos).max().orElse(end);
      elapsedNanos += Math.max(last, end) - begin;
    }
  }

  private void serveClosed(int i, long counting, long end) {
    ClientCounts client = counts.get(i);
    Entry entry = entries.get(i);
    long from = ticker.nanoTime();
    while (from < counting) {
      from = client.lead(entry, ticker);
    }
    client.countedFrom = from;
    long heapBefore = HeapBytes.ofThisThread();
    do {
      from = client.call(entry, from, ticker);
    } while (from < end);
    client.heapBytes += HeapBytes.ofThisThread() - heapBefore;
  }

  private void serveOpen(int i, long end, Schedule open) {
    ClientCounts client = counts.get(i);
    Entry entry = entries.get(i);
    while (ticker.nanoTime() < end) {
      long due = open.take(end);
      if (due == Schedule.NONE) {
        return;
      }
      ticker.waitUntil(due);
      client.call(entry, due, ticker);
    }
  }

  private void check() {
    if (first == null && counts.getFirst().calls() > 0) {
      each(
          i -> {
            if (i == 0) {
              first = entries.getFirst().result();
            }
          });
    }
    float[] expected = first;
    if (expected != null) {
      each(
          i -> {
            ClientCounts client = counts.get(i);
            if (client.calls() > 0 && !Arrays.equals(expected, entries.get(i).result())) {
              client.fail("the result of a later call differs from that of the first");
            }
          });
    }
  }

  private void each(IntConsumer client) {
    List<Future<?>> running = new ArrayList<>();
    for (int i = 0; i < threads.size(); i++) {
      int number = i;
      running.add(threads.get(i).submit(() -> client.accept(number)));
    }
    for (Future<?> one : running) {
      try {
        one.get();
      } catch (ExecutionException e) {
        countError("a client failed: " + e.getCause());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
    }
  }

  @Override
  public void close() {
    threads.forEach(ExecutorService::shutdown);
    Closing.all(entries.stream().map(entry -> entry::close));
  }

  /** What one client counted; touched by its thread, or by the lane while no client runs. */
  private static final class ClientCounts {
    final Histogram latencies = new Histogram(LONGEST_NANOS, 3);
    long calls;
    long warmUpCalls;
    long errors;
    long countedFrom;
    long heapBytes;
    long finishedNanos;
    String firstError = "";

    /** Calls once and returns when it ended; nothing counts but an error. */
    long lead(Entry entry, Ticker ticker) {
      if (makes(entry)) {
        warmUpCalls++;
      }
      return ticker.nanoTime();
    }

    /** Returns how long the calls of the last slice took together. */
    long counted() {
      return finishedNanos - countedFrom;
    }

    private boolean makes(Entry entry) {
      try {
        entry.call();
        return true;
      } catch (RuntimeException | Error e) {
        fail(String.valueOf(e));
        return false;
      }
    }

    /** Calls once and returns when it ended; the latency counts from {@code from}. */
    long call(Entry entry, long from, Ticker ticker) {
      boolean done = makes(entry);
      long to = ticker.nanoTime();
      if (done) {
        latencies.recordValue(Math.clamp(to - from, 0, LONGEST_NANOS));
        calls++;
      }
      finishedNanos = to;
      return to;
    }

    long calls() {
      return calls + warmUpCalls;
    }

    void fail(String message) {
      errors++;
      if (firstError.isEmpty()) {
        firstError = message;
      }
    }

    void resetTimes() {
      warmUpCalls += calls;
      calls = 0;
      heapBytes = 0;
      latencies.reset();
    }
  }
}
