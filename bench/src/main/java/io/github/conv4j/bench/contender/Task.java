package io.github.conv4j.bench.contender;

import io.github.conv4j.Convolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.LayoutChoice;
import java.util.SplittableRandom;

/**
 * One problem with its numbers, the same for every contender. The arrays are shared: read only.
 *
 * @param problem the convolution and the shape of its source
 * @param layout of source and result, for contenders that offer a choice
 * @param threads how many threads one call may use
 * @param src in row-major order, channels first
 * @param weights in row-major order of {@link Convolution#weightsShape}
 * @param bias one number an output channel; empty where the convolution has none
 */
@SuppressWarnings("ArrayRecordComponent") // shared on purpose, never compared
public record Task(
    Problem problem, LayoutChoice layout, int threads, float[] src, float[] weights, float[] bias) {

  /** Returns the same with another number of threads. */
  public Task withThreads(int count) {
    return new Task(problem, layout, count, src, weights, bias);
  }

  /** Fills a task with numbers from -1 to 1 that depend on nothing but the seed. */
  public static Task random(Problem problem, LayoutChoice layout, int threads, long seed) {
    Convolution c = problem.convolution();
    var random = new SplittableRandom(seed);
    return new Task(
        problem,
        layout,
        threads,
        random(random, problem.src().elementCount()),
        random(random, c.weightsShape().elementCount()),
        random(random, c.hasBias() ? c.outChannels() : 0));
  }

  private static float[] random(SplittableRandom random, long count) {
    float[] values = new float[Math.toIntExact(count)];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
