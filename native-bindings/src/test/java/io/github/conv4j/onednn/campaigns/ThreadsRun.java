package io.github.conv4j.onednn.campaigns;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Some engines that were promised thousands of threads each, and many callers with small stacks at
 * once: conv4j's own threads stay within their limit, and end. Arguments: engines, callers.
 */
final class ThreadsRun {
  private static final int ENGINES = 8;
  private static final int MOST_THREADS = 4096;

  /** What {@link EngineOptions#threads} says of conv4j's pool. */
  private static final int MOST_HELPERS = 256;

  private static final String CALLER = "caller ";
  private static final int CALLS = 10;
  private static final long STACK_BYTES = 192 << 10;
  private static final long LONGEST_SECONDS = 60;

  private ThreadsRun() {}

  public static void main(String[] arguments) {
    Campaign.silenceWarnings();
    int callers = Integer.parseInt(arguments[1]);
    Campaign.runEach(arguments[0], name -> run(name, callers));
  }

  private static String run(String name, int callers) throws Throwable {
    int before = liveThreads();
    var failures = new ConcurrentLinkedQueue<Throwable>();
    var start = new CountDownLatch(callers + 1);
    List<Engine> engines = new ArrayList<>();
    List<PreparedConvolution> prepared = new ArrayList<>();
    List<Thread> threads = new ArrayList<>();
    int mostHelpers = 0;
    try {
      for (int i = 0; i < ENGINES; i++) {
        engines.add(Engines.named(name, EngineOptions.defaults().withThreads(MOST_THREADS)));
        prepared.add(KnownResult.ALL.get(i % KnownResult.ALL.size()).prepare(engines.getLast()));
      }
      for (int i = 0; i < callers; i++) {
        int index = i % ENGINES;
        KnownResult convolution = KnownResult.ALL.get(index % KnownResult.ALL.size());
        Runnable call =
            () -> {
              try (Arena arena = Arena.ofConfined()) {
                Tensor src = convolution.src(prepared.get(index), arena);
                Tensor dst = Tensor.allocate(prepared.get(index).dst(), arena);
                start.countDown();
                start.await();
                for (int j = 0; j < CALLS; j++) {
                  convolution.execute(prepared.get(index), src, dst);
                }
              } catch (Throwable e) {
                failures.add(e);
              }
            };
        threads.add(new Thread(null, call, CALLER + i, STACK_BYTES));
        threads.getLast().start();
      }
      start.countDown();
      for (Thread thread : threads) {
        while (!thread.join(Duration.ofMillis(1))) {
          mostHelpers = Math.max(mostHelpers, liveThreads() - before);
        }
      }
    } finally {
      engines.forEach(Engine::close);
    }
    if (!failures.isEmpty()) {
      throw failures.remove();
    }
    if (mostHelpers == 0 || mostHelpers > MOST_HELPERS) {
      throw new AssertionError("%d threads beside the callers".formatted(mostHelpers));
    }
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
    while (liveThreads() > before + 2 && System.nanoTime() < end) {
      Thread.sleep(10);
    }
    if (liveThreads() > before + 2) {
      throw new AssertionError(
          "%d threads more than before the first engine".formatted(liveThreads() - before));
    }
    return "%d callers on %d engines, at most %d threads beside them"
        .formatted(callers, ENGINES, mostHelpers);
  }

  /** Counts the threads of this process that are no callers. */
  private static int liveThreads() {
    return Math.toIntExact(
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> !thread.getName().startsWith(CALLER))
            .count());
  }
}
