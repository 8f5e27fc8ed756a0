package io.github.conv4j.validation;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.internal.checks.Checks;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A seeded source of distinct small problems that leans towards hazards: primes, tails of every
 * vector length, kernels larger than the image, padding at or beyond the kernel, strides above the
 * kernel, one channel, depthwise, cropped ends. Not safe for use by several threads.
 *
 * <p><b>Memory.</b> Remembers the lines that it has returned. <b>Threads.</b> For one at a time.
 * <b>Errors.</b> A negative number is refused with {@link IllegalArgumentException}.
 */
public final class RandomProblems {
  private static final long[] CHANNELS = {
    1, 2, 3, 4, 5, 7, 8, 9, 13, 15, 16, 17, 19, 24, 31, 32, 33, 48, 64, 67
  };
  private static final long MOST_MULTIPLICATIONS = 3_000_000;
  private static final long MOST_ELEMENTS = 400_000;

  private final SplittableRandom random;
  private final boolean transposed;
  private final @Nullable RandomPostOps postOps;
  private final Set<String> seen = new HashSet<>();

  /** Creates a source; the same seed gives the same problems. */
  public RandomProblems(long seed, boolean transposed) {
    this(seed, transposed, null);
  }

  private RandomProblems(long seed, boolean transposed, @Nullable RandomPostOps postOps) {
    this.random = new SplittableRandom(seed);
    this.transposed = transposed;
    this.postOps = postOps;
  }

  /**
   * Creates a source of the same problems, each with random post-ops, one to four: of every kind,
   * with operands of every extent, given in the description, in the request and at each run.
   */
  public static RandomProblems withPostOps(long seed, boolean transposed) {
    return new RandomProblems(seed, transposed, new RandomPostOps(seed));
  }

  /**
   * Returns the next problems, all distinct.
   *
   * @throws IllegalArgumentException if {@code count} is negative
   */
  public List<Problem> take(int count) {
    Checks.notNegative(count, "count");
    List<Problem> problems = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      problems.add(next());
    }
    return problems;
  }

  /** Returns a problem that this source has not returned before. */
  public Problem next() {
    while (true) {
      Problem problem = draw();
      if (problem != null && seen.add(problem.line())) {
        return postOps == null ? problem : problem.withPostOps(postOps.next());
      }
    }
  }

  private record Axis(long src, long kernel, long stride, long dilation, long begin, long end) {}

  private @Nullable Problem draw() {
    int rank = pick(1, 2, 2, 2, 2, 3);
    Axis[] axes = new Axis[rank];
    long[] src = new long[rank + 2];
    src[0] = pick(1, 1, 1, 2, 3);
    for (int i = 0; i < rank; i++) {
      Axis axis = axis(rank);
      if (axis == null) {
        return null;
      }
      axes[i] = axis;
      src[i + 2] = axis.src();
    }
    long[] channels = channels();
    src[1] = channels[1];
    if (product(src) > MOST_ELEMENTS) {
      return null;
    }
    Convolution.Builder builder =
        switch (rank) {
          case 1 ->
              transposed
                  ? Convolution.transposed1d(channels[1], channels[2])
                  : Convolution.conv1d(channels[1], channels[2]);
          case 2 ->
              transposed
                  ? Convolution.transposed2d(channels[1], channels[2])
                  : Convolution.conv2d(channels[1], channels[2]);
          default ->
              transposed
                  ? Convolution.transposed3d(channels[1], channels[2])
                  : Convolution.conv3d(channels[1], channels[2]);
        };
    Convolution convolution =
        builder
            .groups(channels[0])
            .kernel(each(axes, Axis::kernel))
            .stride(each(axes, Axis::stride))
            .dilation(each(axes, Axis::dilation))
            .padding(Padding.asymmetric(each(axes, Axis::begin), each(axes, Axis::end)))
            .build();
    return affordable(convolution, Shape.of(src));
  }

  private static @Nullable Problem affordable(Convolution convolution, Shape src) {
    boolean fits =
        convolution.weightsShape().elementCount() <= MOST_ELEMENTS
            && convolution.multiplications(src) <= MOST_MULTIPLICATIONS
            && convolution.outputShape(src).elementCount() <= MOST_ELEMENTS;
    return fits ? Problem.of(convolution, src) : null;
  }

  /** Returns groups, input channels and output channels. */
  private long[] channels() {
    switch (pick(0, 0, 0, 0, 1, 1, 2, 2)) {
      case 0 -> {
        return new long[] {1, pick(CHANNELS), pick(CHANNELS)};
      }
      case 1 -> {
        long groups = pick(2, 3, 4, 5, 8, 16);
        return new long[] {
          groups, groups * pick(1, 2, 3, 4, 5, 8, 16), groups * pick(1, 2, 3, 4, 5, 8, 16)
        };
      }
      default -> {
        long groups = pick(CHANNELS);
        return new long[] {groups, groups, groups * pick(1, 1, 1, 2, 3)};
      }
    }
  }

  /** Returns null where the draw leaves no output. */
  private @Nullable Axis axis(int rank) {
    long src = rank == 3 ? between(1, 9) : rank == 2 ? between(1, 23) : between(1, 70);
    long kernel = pick(1, 1, 2, 3, 3, 3, 4, 5, 7, 11, between(1, 25));
    if (rank == 3 && kernel > 5) {
      kernel = 3;
    }
    long stride = pick(1, 1, 1, 2, 2, 3, 4, between(1, 9));
    long dilation = pick(1, 1, 1, 2, 3, between(1, 6));
    long span = dilation * (kernel - 1) + 1;
    long most = span - 1;
    long begin = pick(0, 0, most / 2, most / 2, most, between(0, most));
    long end = pick(begin, begin, begin, 0, between(0, most), -between(0, stride - 1));
    if (random.nextInt(8) == 0) {
      begin = between(0, span + 3);
      end = pick(begin, between(0, span + 3), -between(1, 6));
    }
    if (transposed) {
      long full = (src - 1) * stride + span;
      return full - begin - end < 1 ? null : new Axis(src, kernel, stride, dilation, begin, end);
    }
    long room = src + begin + end - span;
    if (room < 0) {
      return null;
    }
    long derivedEnd = end - room % stride;
    return new Axis(src, kernel, stride, dilation, begin, derivedEnd);
  }

  private long between(long least, long most) {
    return random.nextLong(least, most + 1);
  }

  private long pick(long... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private int pick(int... choices) {
    return choices[random.nextInt(choices.length)];
  }

  private static long product(long[] values) {
    long product = 1;
    for (long value : values) {
      product *= value;
    }
    return product;
  }

  private static long[] each(Axis[] axes, ToLongFunction<Axis> part) {
    return Arrays.stream(axes).mapToLong(part).toArray();
  }
}
