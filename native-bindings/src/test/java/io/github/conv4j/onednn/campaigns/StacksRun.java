package io.github.conv4j.onednn.campaigns;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineLoad;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Prepares, executes and closes on stacks that hardly suffice or do not: small ones, and the last
 * frames of larger ones. Either the result is right, or the stack overflows and the next call, on a
 * stack that suffices, is right. Arguments: engines, number of stacks, seed.
 */
final class StacksRun {
  private static final long[] STACK_BYTES = {
    1, 64 << 10, 128 << 10, 160 << 10, 192 << 10, 256 << 10, 512 << 10, 1 << 20
  };

  private static final int WHOLE_STACK = -1;

  /** A frame of the fall takes some tens of bytes. */
  private static final int MOST_FRAMES_BITS = 11;

  private static final long LONGEST_SECONDS = 60;

  private final String name;
  private int overflows;
  private int results;

  private StacksRun(String name) {
    this.name = name;
  }

  public static void main(String[] arguments) {
    Campaign.silenceWarnings();
    int count = Integer.parseInt(arguments[1]);
    long seed = Long.parseLong(arguments[2]);
    Campaign.runEach(arguments[0], name -> new StacksRun(name).stacks(count, seed));
  }

  private String stacks(int count, long seed) throws Exception {
    for (int i = 0; i < count; i++) {
      Campaign.say("%s -Dconv4j.test.seed=%d -Dconv4j.test.stacks=1".formatted(name, seed + i));
      stack(new SplittableRandom(seed + i));
    }
    return "%d stacks, %d overflows, %d results".formatted(count, overflows, results);
  }

  private void stack(SplittableRandom random) throws Exception {
    KnownResult convolution = KnownResult.ALL.get(random.nextInt(KnownResult.ALL.size()));
    long stackBytes = STACK_BYTES[random.nextInt(STACK_BYTES.length)];
    int framesToLeave =
        random.nextInt(4) == 0
            ? WHOLE_STACK
            : random.nextInt(1 << (1 + random.nextInt(MOST_FRAMES_BITS)));
    boolean prepares = random.nextBoolean();
    // Open to the end: after an overflow inside a call, close may not return.
    Engine engine = Engines.named(name, EngineOptions.defaults().withThreads(2));
    try (Arena arena = Arena.ofShared()) {
      PreparedConvolution prepared = convolution.prepare(engine);
      Tensor src = convolution.src(prepared, arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      var failure = new AtomicReference<@Nullable Throwable>();
      Runnable call =
          prepares
              ? () -> convolution.cycle(engine)
              : () -> convolution.execute(prepared, src, dst);
      Thread thread =
          new Thread(
              null, () -> failure.set(new Fall(call, framesToLeave).run()), "deep", stackBytes);
      thread.start();
      if (!thread.join(Duration.ofSeconds(LONGEST_SECONDS))) {
        throw new AssertionError("does not return: " + List.of(thread.getStackTrace()));
      }
      if (failure.get() == null) {
        results++;
      } else if (failure.get() instanceof StackOverflowError) {
        overflows++;
      } else {
        throw new AssertionError("not documented", failure.get());
      }
      convolution.execute(prepared, src, dst);
      convolution.cycle(engine);
      requireIdle(engine);
    }
  }

  /** Nobody keeps a permit or a place in the queue. */
  private static void requireIdle(Engine engine) throws InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_SECONDS);
    EngineLoad load = engine.load();
    while (!load.equals(EngineLoad.NONE) && System.nanoTime() < end) {
      Thread.sleep(1);
      load = engine.load();
    }
    if (!load.equals(EngineLoad.NONE)) {
      throw new AssertionError("nobody calls, and yet " + load);
    }
  }

  /** Calls from the end of the stack, less some frames, or from its beginning. */
  private static final class Fall {
    private final Runnable call;
    private int framesToLeave;
    private boolean isOver;
    private @Nullable Throwable failure;

    Fall(Runnable call, int framesToLeave) {
      this.call = call;
      this.framesToLeave = framesToLeave;
    }

    @Nullable Throwable run() {
      if (framesToLeave == WHOLE_STACK) {
        call();
      } else {
        deeper();
      }
      return failure;
    }

    @SuppressWarnings("InfiniteRecursion") // that is how the end is found
    private void deeper() {
      try {
        deeper();
      } catch (StackOverflowError e) {
        // In the last frame; from here on back.
      }
      if (!isOver && framesToLeave-- <= 0) {
        isOver = true;
        call();
      }
    }

    private void call() {
      try {
        call.run();
      } catch (Throwable e) {
        failure = e;
      }
    }
  }
}
