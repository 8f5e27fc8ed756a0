package io.github.conv4j.bench.load;

import java.util.ArrayList;
import java.util.List;

/** Threads that burn a processor each, as neighbours on a machine do, until they are closed. */
public final class Burner implements AutoCloseable {
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean isOver;
  private volatile long sink;

  /** Starts so many threads; none for 0. */
  public Burner(int count) {
    for (int i = 0; i < count; i++) {
      threads.add(Thread.ofPlatform().daemon().name("burner-", i).start(this::burn));
    }
  }

  private void burn() {
    long state = 1;
    while (!isOver) {
      for (int i = 0; i < 10_000; i++) {
        state = state * 6364136223846793005L + 1442695040888963407L;
      }
      sink = state;
    }
  }

  /** Returns what was computed last: nobody may leave it out. */
  long sink() {
    return sink;
  }

  @Override
  public void close() {
    isOver = true;
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
