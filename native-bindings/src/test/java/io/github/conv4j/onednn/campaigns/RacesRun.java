package io.github.conv4j.onednn.campaigns;

import io.github.conv4j.CallInterruptedException;
import io.github.conv4j.Convolution;
import io.github.conv4j.DeadlineExceededException;
import io.github.conv4j.QueueFullException;
import io.github.conv4j.contract.Arenas;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineMemory;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/**
 * Closes prepared convolutions, engines and arenas, and interrupts callers, while calls with
 * helpers in them run. Every result that a call gives is right, and what ends a call is documented.
 * Arguments: engines, number of races, seed.
 */
final class RacesRun {
  private static final int MOST_CALLERS = 4;
  private static final long LONGEST_SECONDS = 60;

  /** What is done to callers that call until they are refused. */
  private enum Race {
    CLOSE_CONVOLUTION,
    CLOSE_CONVOLUTION_TWICE,
    CLOSE_ENGINE,
    CLOSE_ENGINE_IN_PREPARE,
    CLOSE_ARENA,
    INTERRUPT
  }

  private static final List<KnownResult> CONVOLUTIONS =
      List.of(
          new KnownResult(Convolution.conv2d(16, 16).kernel(3).padding(1), Layout.NHWC, 20),
          new KnownResult(
              Convolution.conv2d(16, 16).groups(16).kernel(3).padding(1), Layout.NCHW, 16));

  private final String name;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final Map<String, Integer> endings = new TreeMap<>();

  private RacesRun(String name) {
    this.name = name;
  }

  public static void main(String[] arguments) {
    Campaign.silenceWarnings();
    int count = Integer.parseInt(arguments[1]);
    long seed = Long.parseLong(arguments[2]);
    Campaign.runEach(arguments[0], name -> new RacesRun(name).races(count, seed));
  }

  private String races(int count, long seed) {
    for (int i = 0; i < count; i++) {
      Race race = Race.values()[i % Race.values().length];
      if (i % 1000 == 0) {
        Campaign.say("race %d of %d".formatted(i, count));
      }
      try {
        race(new SplittableRandom(seed + i), race);
      } catch (Throwable e) {
        throw new AssertionError(
            "race %d (%s): -Dconv4j.test.seed=%d -Dconv4j.test.races=%d"
                .formatted(i, race, seed, i + 1),
            e);
      }
    }
    return "%d races, calls ended by %s".formatted(count, endings);
  }

  private void race(SplittableRandom random, Race race) throws Exception {
    KnownResult convolution = CONVOLUTIONS.get(random.nextInt(CONVOLUTIONS.size()));
    int callers = random.nextInt(1, MOST_CALLERS + 1);
    EngineOptions options = EngineOptions.defaults().withThreads(random.nextInt(1, 4));
    if (random.nextInt(4) == 0) {
      options = options.withQueueLimit(random.nextInt(2));
    }
    boolean virtual = random.nextBoolean();
    Engine engine = Engines.named(name, options);
    Arena shared = Arena.ofShared();
    try {
      PreparedConvolution prepared = convolution.prepare(engine);
      Tensor src = convolution.src(prepared, shared);
      var running = new CountDownLatch(1);
      List<Future<Throwable>> endings = new ArrayList<>();
      List<Thread> calling = new ArrayList<>();
      for (int i = 0; i < callers; i++) {
        Tensor dst = Tensor.allocate(prepared.dst(), shared);
        boolean deadline = random.nextInt(4) == 0;
        var task =
            new FutureTask<Throwable>(
                () -> callUntilRefused(convolution, prepared, src, dst, deadline, running));
        calling.add(virtual ? Thread.ofVirtual().start(task) : Thread.ofPlatform().start(task));
        endings.add(task);
      }
      if (race == Race.CLOSE_ENGINE_IN_PREPARE) {
        endings.add(threads.submit(() -> prepareUntilRefused(convolution, engine)));
      }
      require(running.await(LONGEST_SECONDS, TimeUnit.SECONDS), "no call in flight");
      spin(random.nextInt(200_000));
      switch (race) {
        case CLOSE_CONVOLUTION -> prepared.close();
        case CLOSE_CONVOLUTION_TWICE -> {
          Future<?> other = threads.submit(prepared::close);
          prepared.close();
          other.get(LONGEST_SECONDS, TimeUnit.SECONDS);
        }
        case CLOSE_ENGINE, CLOSE_ENGINE_IN_PREPARE -> engine.close();
        case CLOSE_ARENA -> Arenas.closeStubbornly(shared);
        case INTERRUPT -> {
          calling.forEach(Thread::interrupt);
          prepared.close();
        }
      }
      for (Future<Throwable> ending : endings) {
        count(race, ending.get(LONGEST_SECONDS, TimeUnit.SECONDS));
      }
      engine.close();
      EngineMemory memory = engine.memory();
      require(memory.weightsBytes() + memory.workingBytes() == 0, "still held: " + memory);
    } finally {
      engine.close();
      if (shared.scope().isAlive()) {
        shared.close();
      }
    }
  }

  /** Calls that were refused at the queue are made again: only what is closed ends this. */
  private static Throwable callUntilRefused(
      KnownResult convolution,
      PreparedConvolution prepared,
      Tensor src,
      Tensor dst,
      boolean deadline,
      CountDownLatch running) {
    while (true) {
      try {
        if (deadline) {
          prepared.execute(src, dst, Duration.ofNanos(1_000));
        } else {
          prepared.execute(src, dst);
        }
        convolution.require(dst);
      } catch (DeadlineExceededException | QueueFullException | CallInterruptedException e) {
        Thread.onSpinWait();
      } catch (IllegalStateException e) {
        return e;
      }
      running.countDown();
    }
  }

  private static Throwable prepareUntilRefused(KnownResult convolution, Engine engine) {
    while (true) {
      try {
        convolution.prepare(engine).close();
      } catch (IllegalStateException e) {
        return e;
      }
    }
  }

  private void count(Race race, Throwable ending) {
    String message = String.valueOf(ending.getMessage());
    boolean isExpected =
        switch (race) {
          case CLOSE_ARENA -> message.equals("Already closed");
          case CLOSE_ENGINE_IN_PREPARE -> message.contains("closed");
          default -> message.equals("the prepared convolution is closed");
        };
    if (!isExpected) {
      throw new AssertionError("an ending that is not documented", ending);
    }
    endings.merge(message, 1, Integer::sum);
  }

  private static void spin(int nanos) {
    long end = System.nanoTime() + nanos;
    while (System.nanoTime() - end < 0) {
      Thread.onSpinWait();
    }
  }

  private static void require(boolean condition, String what) {
    if (!condition) {
      throw new AssertionError(what);
    }
  }
}
