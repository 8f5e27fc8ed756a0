package io.github.conv4j.bench.load;

import java.util.ArrayList;
import java.util.List;

/** Threads that burn a processor each, as neighbours on a machine do, until they are closed. */
public final class Burner implements AutoCloseable {
  private final List<Thread> threads = new ArrayList<>();
  private volatile boolean isOver;

  /** Starts so many threads; none for 0. */
  public Burner(int count) {
    for (int i = 0; i < count; i++) {
      threads.add(Thread.ofPlatform().daemon().name("burner-", i).start(this::burn));
    }
  }

  private void burn() {
    while (!isOver) {
      // Looking whether it is over takes a processor.
    }
  }

  List<Thread> threads() {
    return List.copyOf(threads);
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
