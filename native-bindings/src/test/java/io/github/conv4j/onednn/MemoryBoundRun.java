package io.github.conv4j.onednn;

import io.github.conv4j.Convolution;
import io.github.conv4j.contract.ResidentMemory;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineMemory;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.RandomProblems;
import java.lang.foreign.Arena;
import java.util.ArrayDeque;

/**
 * Prepares, runs and closes many problems through one engine, and watches the resident memory of
 * the process. The heap is fixed and touched by options, so that what grows is native. Arguments:
 * number of problems, bytes to stay within, bytes that may remain after the engine was closed. Exit
 * code 1 if it does not.
 */
final class MemoryBoundRun {
  private static final int WARM_UP = 150;

  /** So many prepared convolutions are open at once. */
  private static final int OPEN = 4;

  private MemoryBoundRun() {}

  public static void main(String[] arguments) {
    int count = Integer.parseInt(arguments[0]);
    long mostBytes = Long.parseLong(arguments[1]);
    long mostAfterBytes = Long.parseLong(arguments[2]);
    boolean failed = false;
    // What the JVM needs for its own code grows at first: that is not what this watches.
    try (Engine engine = open()) {
      run(engine, new Source(-1), WARM_UP, 0);
    }
    long start = ResidentMemory.bytes();
    say("start %d KiB", start >> 10);
    long most;
    Engine engine = open();
    try (engine) {
      most = run(engine, new Source(1), count, start);
      EngineMemory memory = engine.memory();
      say("at the end %s", memory);
      failed |= memory.weightsBytes() + memory.workingBytes() + memory.compiledInUseBytes() > 0;
      failed |= memory.compiledBytes() == 0;
    }
    long after = ResidentMemory.bytes() - start;
    EngineMemory memory = engine.memory();
    failed |= memory.compiledBytes() > 0 || most > mostBytes || after > mostAfterBytes;
    say("closed %s", memory);
    say("%d problems: at most %d KiB more, %d KiB after close", count, most >> 10, after >> 10);
    System.exit(failed ? 1 : 0);
  }

  private static Engine open() {
    return Engines.named("onednn", EngineOptions.defaults().withThreads(2));
  }

  /** Convolutions of all kinds, in turns. */
  private static final class Source {
    private final RandomProblems convolutions;
    private final RandomProblems transposed;
    private int drawn;

    Source(long seed) {
      convolutions = new RandomProblems(seed, false);
      transposed = new RandomProblems(seed, true);
    }

    Problem next() {
      return (drawn++ % 3 < 2 ? convolutions : transposed).next();
    }

    Layout layout(int rank) {
      return drawn % 2 == 0 ? Layout.channelsFirst(rank) : Layout.channelsLast(rank);
    }
  }

  private static long run(Engine engine, Source source, int count, long start) {
    var open = new ArrayDeque<PreparedConvolution>();
    long limit = Long.getLong(CompilationCache.BYTES_PROPERTY);
    long most = 0;
    for (int i = 0; i < count; i++) {
      if (open.size() == OPEN) {
        open.remove().close();
      }
      open.add(prepareAndRun(engine, source));
      EngineMemory memory = engine.memory();
      if (memory.compiledBytes() > Math.max(limit, memory.compiledInUseBytes())) {
        throw new AssertionError("more is kept than configured: " + memory);
      }
      if (i % 20 == 0) {
        most = Math.max(most, ResidentMemory.bytes() - start);
      }
      if (i % 1000 == 999) {
        say("%d problems: %d KiB now, %s", i + 1, (ResidentMemory.bytes() - start) >> 10, memory);
      }
    }
    open.forEach(PreparedConvolution::close);
    return most;
  }

  private static PreparedConvolution prepareAndRun(Engine engine, Source source) {
    Problem problem = source.next();
    Layout layout = source.layout(problem.src().rank());
    Convolution convolution = problem.convolution();
    try (Arena arena = Arena.ofConfined()) {
      Tensor bias =
          convolution.hasBias()
              ? Tensor.allocate(TensorSpec.bias(convolution.outChannels()), arena)
              : null;
      PreparedConvolution prepared =
          engine.prepare(
              convolution,
              TensorSpec.of(DataType.F32, layout, problem.src()),
              TensorSpec.of(DataType.F32, layout, problem.dst()),
              Tensor.allocate(TensorSpec.weights(convolution.weightsShape()), arena),
              bias);
      prepared.execute(
          Tensor.allocate(prepared.src(), arena), Tensor.allocate(prepared.dst(), arena));
      return prepared;
    }
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private static void say(String format, Object... values) {
    System.out.println(format.formatted(values));
    System.out.flush();
  }
}
