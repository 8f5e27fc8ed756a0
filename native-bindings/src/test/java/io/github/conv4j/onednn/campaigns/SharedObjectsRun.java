package io.github.conv4j.onednn.campaigns;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineMemory;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;

/**
 * One engine, its prepared convolutions and their sources, shared by many threads that all call at
 * once and now and then prepare one more. Arguments: engines, platform threads, calls of each,
 * virtual threads, calls of each.
 */
final class SharedObjectsRun {
  /** One call in so many is a preparation of its own. */
  private static final int CALLS_A_PREPARATION = 50;

  private final Engine engine;
  private final List<PreparedConvolution> prepared = new ArrayList<>();
  private final List<Tensor> sources = new ArrayList<>();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  private SharedObjectsRun(Engine engine, Arena shared) {
    this.engine = engine;
    for (KnownResult convolution : KnownResult.ALL) {
      prepared.add(convolution.prepare(engine));
      sources.add(convolution.src(prepared.getLast(), shared));
    }
  }

  public static void main(String[] arguments) {
    int threads = Integer.parseInt(arguments[1]);
    int calls = Integer.parseInt(arguments[2]);
    int virtualThreads = Integer.parseInt(arguments[3]);
    int virtualCalls = Integer.parseInt(arguments[4]);
    Campaign.runEach(arguments[0], name -> run(name, threads, calls, virtualThreads, virtualCalls));
  }

  private static String run(
      String name, int threads, int calls, int virtualThreads, int virtualCalls) throws Throwable {
    try (Arena shared = Arena.ofShared();
        Engine engine = Engines.named(name, EngineOptions.defaults().withThreads(2))) {
      var run = new SharedObjectsRun(engine, shared);
      run.callFrom(Thread.ofPlatform().factory(), threads, calls);
      run.callFrom(Thread.ofVirtual().factory(), virtualThreads, virtualCalls);
      long working = engine.memory().workingBytes();
      run.prepared.forEach(PreparedConvolution::close);
      EngineMemory memory = engine.memory();
      if (memory.weightsBytes() + memory.workingBytes() > 0) {
        throw new AssertionError("still held: " + memory);
      }
      return "%d threads of %d calls, %d virtual threads of %d calls; %d KiB to work in"
          .formatted(threads, calls, virtualThreads, virtualCalls, working >> 10);
    }
  }

  private void callFrom(ThreadFactory factory, int threads, int calls) throws Throwable {
    var start = new CountDownLatch(threads);
    List<Thread> all = new ArrayList<>();
    for (int i = 0; i < threads; i++) {
      int first = i;
      Thread thread =
          factory.newThread(
              () -> {
                try {
                  start.countDown();
                  start.await();
                  call(first, calls);
                } catch (Throwable e) {
                  failures.add(e);
                }
              });
      all.add(thread);
      thread.start();
    }
    for (Thread thread : all) {
      thread.join();
    }
    if (!failures.isEmpty()) {
      throw failures.remove();
    }
  }

  private void call(int first, int calls) {
    for (int call = 0; call < calls; call++) {
      int index = (first + call) % KnownResult.ALL.size();
      KnownResult convolution = KnownResult.ALL.get(index);
      if ((first + call) % CALLS_A_PREPARATION == 0) {
        convolution.cycle(engine);
      }
      try (Arena arena = Arena.ofConfined()) {
        PreparedConvolution shared = prepared.get(index);
        convolution.execute(shared, sources.get(index), Tensor.allocate(shared.dst(), arena));
      }
    }
  }
}
