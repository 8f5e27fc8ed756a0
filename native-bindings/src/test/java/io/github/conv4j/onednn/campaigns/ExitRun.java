package io.github.conv4j.onednn.campaigns;

import io.github.conv4j.Convolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;

/**
 * Ends this process while calls with helpers in them run. Arguments: engine, way to end, seed. The
 * exit code is {@link Way#exitCode}.
 */
final class ExitRun {
  private static final int CALLERS = 3;

  /** How a process ends. */
  enum Way {
    EXIT(17),
    HALT(17),
    END_OF_MAIN(0),
    TERMINATED(128 + 15),
    HOOK_CLOSES_ENGINE(17),
    HOOK_CALLS(17);

    final int exitCode;

    Way(int exitCode) {
      this.exitCode = exitCode;
    }
  }

  private ExitRun() {}

  public static void main(String[] arguments) throws Exception {
    Campaign.silenceWarnings();
    Way way = Way.valueOf(arguments[1]);
    var random = new SplittableRandom(Long.parseLong(arguments[2]));
    Engine engine = Engines.named(arguments[0], EngineOptions.defaults().withThreads(3));
    var convolution =
        new KnownResult(Convolution.conv2d(32, 32).kernel(3).padding(1), Layout.NHWC, 56);
    PreparedConvolution prepared = convolution.prepare(engine);
    var running = new CountDownLatch(CALLERS);
    for (int caller = 0; caller < CALLERS; caller++) {
      Runnable calls = () -> callUntilTheEnd(convolution, prepared, running);
      if (random.nextBoolean()) {
        Thread.ofVirtual().start(calls);
      } else {
        Thread.ofPlatform().daemon().start(calls);
      }
    }
    running.await();
    switch (way) {
      case HOOK_CLOSES_ENGINE -> Runtime.getRuntime().addShutdownHook(new Thread(engine::close));
      case HOOK_CALLS ->
          Runtime.getRuntime().addShutdownHook(new Thread(() -> convolution.cycle(engine)));
      default -> {}
    }
    Thread.sleep(0, random.nextInt(1_000_000));
    Campaign.say("in mid-call");
    switch (way) {
      case EXIT, HOOK_CLOSES_ENGINE, HOOK_CALLS -> System.exit(way.exitCode);
      case HALT -> Runtime.getRuntime().halt(way.exitCode);
      case TERMINATED -> {
        new ProcessBuilder("kill", "-TERM", Long.toString(ProcessHandle.current().pid())).start();
        Thread.sleep(60_000);
      }
      case END_OF_MAIN -> {}
    }
  }

  private static void callUntilTheEnd(
      KnownResult convolution, PreparedConvolution prepared, CountDownLatch running) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor src = convolution.src(prepared, arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      while (true) {
        convolution.execute(prepared, src, dst);
        running.countDown();
      }
    } catch (IllegalStateException closed) {
      // By a hook; what else ends a call is printed as the end of its thread.
    }
  }
}
