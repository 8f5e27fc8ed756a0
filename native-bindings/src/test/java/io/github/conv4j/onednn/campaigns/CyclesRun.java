package io.github.conv4j.onednn.campaigns;

import io.github.conv4j.contract.ResidentMemory;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineMemory;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;

/**
 * Prepares, executes and closes the same few convolutions again and again, and watches the resident
 * memory of the process, whose heap is fixed and touched. Arguments: engines, number of cycles.
 */
final class CyclesRun {
  private static final int TELLS = 20;

  /** The compilers, their caches and the C library's pools fill in these cycles. */
  private static final int WARM_UP = 300;

  private static final long MEBIBYTE = 1 << 20;

  /** What is on the way between the JVM's pools and the system's at any time. */
  private static final long NOISE_BYTES = 4 * MEBIBYTE;

  private CyclesRun() {}

  public static void main(String[] arguments) {
    int count = Integer.parseInt(arguments[1]);
    Campaign.runEach(arguments[0], name -> run(name, count));
  }

  private static String run(String name, int count) {
    int warmUp = WARM_UP + count / 10;
    try (Engine engine = Engines.named(name, EngineOptions.defaults().withThreads(2))) {
      run(engine, warmUp);
      long start = ResidentMemory.bytes();
      long most = 0;
      for (int told = 0; told < TELLS; told++) {
        run(engine, count / TELLS);
        long growth = ResidentMemory.bytes() - start;
        most = Math.max(most, growth);
        Campaign.say(
            "%d cycles: %d KiB more".formatted((told + 1) * (count / TELLS), growth >> 10));
      }
      long end = ResidentMemory.bytes() - start;
      EngineMemory memory = engine.memory();
      if (memory.weightsBytes() + memory.workingBytes() + memory.compiledInUseBytes() > 0) {
        throw new AssertionError("still held: " + memory);
      }
      long allowed = Math.max(NOISE_BYTES, count / 100_000 * MEBIBYTE);
      if (end > allowed) {
        throw new AssertionError(
            "%d KiB more after %d cycles, %d KiB allowed"
                .formatted(end >> 10, count, allowed >> 10));
      }
      return "%d cycles after %d to warm up: %d KiB more at the end, at most %d KiB"
          .formatted(count, warmUp, end >> 10, most >> 10);
    }
  }

  private static void run(Engine engine, int cycles) {
    for (int i = 0; i < cycles; i++) {
      KnownResult.ALL.get(i % KnownResult.ALL.size()).cycle(engine);
    }
  }
}
