package io.github.conv4j.bench.compare;

import io.github.conv4j.Convolution;
import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.LayoutChoice;
import io.github.conv4j.validation.Problem;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Times engines on one problem, in turns of a fraction of a millisecond, so that whatever else the
 * machine does hits all alike. One thread.
 */
public final class Race {
  private static final long TURN_NANOS = 200_000;

  private final List<Engine> engines;
  private final long nanosPerEngine;

  /**
   * Creates a race.
   *
   * @param nanosPerEngine for measuring; half of it goes before, to warm up
   */
  public Race(List<Engine> engines, long nanosPerEngine) {
    this.engines = List.copyOf(engines);
    this.nanosPerEngine = nanosPerEngine;
  }

  /**
   * What an engine took.
   *
   * @param engine its name
   * @param implementation what ran
   * @param medianNanos of a call
   * @param lowerNanos a quarter of the turns was faster
   * @param upperNanos a quarter of the turns was slower
   */
  public record Result(
      String engine,
      String implementation,
      double medianNanos,
      double lowerNanos,
      double upperNanos) {}

  /** Times every engine; the results are in the engines' order. */
  public List<Result> run(Problem problem, LayoutChoice layout) {
    Convolution c = problem.convolution();
    float[] weights = random(c.weightsShape().elementCount());
    float[] bias = random(c.outChannels());
    TensorSpec src =
        TensorSpec.of(DataType.F32, layout.forRank(problem.src().rank()), problem.src());
    List<Runner> runners = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      for (Engine engine : engines) {
        runners.add(new Runner(engine.prepare(c, src, weights, bias), arena));
      }
      for (Runner runner : runners) {
        long end = System.nanoTime() + nanosPerEngine / 2;
        while (System.nanoTime() < end) {
          runner.turn();
        }
        runner.turns.clear();
      }
      long end = System.nanoTime() + nanosPerEngine * runners.size();
      while (System.nanoTime() < end) {
        runners.forEach(Runner::turn);
      }
      return runners.stream().map(Runner::result).toList();
    } finally {
      runners.forEach(runner -> runner.prepared.close());
    }
  }

  private static float[] random(long count) {
    var random = new SplittableRandom(count);
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }

  private static final class Runner {
    private final PreparedConvolution prepared;
    private final Tensor src;
    private final Tensor dst;
    private final List<Double> turns = new ArrayList<>();

    Runner(PreparedConvolution prepared, Arena arena) {
      this.prepared = prepared;
      this.src =
          Tensor.ofFloats(prepared.src(), random(prepared.src().shape().elementCount()), arena);
      this.dst = Tensor.allocate(prepared.dst(), arena);
    }

    void turn() {
      long begin = System.nanoTime();
      int calls = 0;
      long now;
      do {
        prepared.execute(src, dst);
        calls++;
        now = System.nanoTime();
      } while (now - begin < TURN_NANOS);
      turns.add((now - begin) / (double) calls);
    }

    Result result() {
      double[] sorted = turns.stream().mapToDouble(Double::doubleValue).toArray();
      Arrays.sort(sorted);
      var implementations =
          prepared.explain().stages().stream().map(stage -> stage.implementation()).toList();
      return new Result(
          prepared.explain().engine(),
          String.join("+", implementations),
          sorted[sorted.length / 2],
          sorted[sorted.length / 4],
          sorted[sorted.length * 3 / 4]);
    }
  }
}
