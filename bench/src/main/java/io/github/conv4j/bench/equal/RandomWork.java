package io.github.conv4j.bench.equal;

import io.github.conv4j.bench.equal.Work.Axis;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Draws pieces of work of some tens of microseconds to some milliseconds, from a seed. */
final class RandomWork {
  private static final long[] CHANNELS = {
    1, 2, 3, 4, 8, 8, 12, 16, 16, 20, 24, 32, 32, 48, 64, 64, 96, 100, 128, 192, 256
  };
  private static final double FEWEST = 1e5;
  private static final double MOST = 3e7;
  private static final long MOST_ELEMENTS = 1 << 21;
  private static final long MOST_WEIGHTS = 1 << 20;
  private static final long LONGEST = 1 << 17;

  private final SplittableRandom random;
  private final double fewest;
  private final double most;

  RandomWork(long seed) {
    this(seed, FEWEST, MOST);
  }

  /** With about so many multiplications, at least and at most. */
  RandomWork(long seed, double fewest, double most) {
    this.random = new SplittableRandom(seed);
    this.fewest = fewest;
    this.most = most;
  }

  long pick(long... choices) {
    return choices[random.nextInt(choices.length)];
  }

  boolean chance(int oneOf) {
    return random.nextInt(oneOf) == 0;
  }

  /** Whether a product of images with dense weights is neither short nor long. */
  boolean suits(Work work) {
    double weights = (double) work.in() / work.groups() * work.out() * work.taps();
    double multiplications = weights * work.images();
    return weights <= MOST_WEIGHTS && multiplications >= fewest / 2 && multiplications <= 2 * most;
  }

  int below(int bound) {
    return random.nextInt(bound);
  }

  long channels() {
    return pick(CHANNELS);
  }

  /** Dense, grouped or depthwise channels, with kernels of {@code rank} axes, a fitting image. */
  Work draw(int rank) {
    return draw(rank, random.nextInt(4));
  }

  Work depthwise(int rank) {
    return draw(rank, 2);
  }

  Work dense(int rank) {
    return draw(rank, 0);
  }

  private Work draw(int rank, int style) {
    while (true) {
      Work work = tryChannels(rank, style);
      Work sized = sized(work);
      if (sized != null) {
        return sized;
      }
    }
  }

  private Work tryChannels(int rank, int style) {
    long groups = 1;
    long in = channels();
    long out = channels();
    if (style == 2) {
      groups = in;
      out = in;
    } else if (style == 3) {
      groups = pick(2, 3, 4, 8, 16, 32);
      in = groups * pick(1, 2, 4, 8, 16);
      out = groups * pick(1, 2, 4, 8, 16);
    }
    List<Axis> axes = new ArrayList<>();
    long kernel = pick(1, 2, 3, 3, 3, 3, 4, 5, 7, rank == 1 ? 15 : 3, rank == 3 ? 3 : 11);
    long stride = pick(1, 1, 1, 1, 2, 2, 3);
    for (int i = 0; i < rank; i++) {
      axes.add(axis(kernel, chance(8) ? pick(1, 2) : stride, pick(1, 1, 1, 1, 1, 1, 2, 4)));
    }
    return new Work(pick(1, 1, 1, 1, 2, 4, 8), groups, in, out, axes, false, true);
  }

  /** The size is not yet known. */
  private Axis axis(long kernel, long stride, long dilation) {
    long span = dilation * (kernel - 1) + 1;
    long begin = pick(0, (span - 1) / 2, (span - 1) / 2);
    return new Axis(0, kernel, stride, dilation, begin, begin);
  }

  /** Finds a size of the image with which the work is neither short nor long. */
  @Nullable Work sized(Work work) {
    double multiplications = fewest * Math.pow(most / fewest, random.nextDouble());
    double perOutput = (double) work.in() / work.groups() * work.taps() * work.out();
    double outputs = multiplications / perOutput / work.images();
    int rank = work.axes().size();
    double side = Math.pow(outputs, 1.0 / rank);
    List<Axis> axes = new ArrayList<>();
    for (Axis axis : work.axes()) {
      long wanted = Math.round(side * (rank == 1 ? 1 : random.nextDouble(0.7, 1.4)));
      long src = (wanted - 1) * axis.stride() + axis.span() - axis.begin() - axis.end();
      if (wanted < 1 || src < 1 || src > LONGEST) {
        return null;
      }
      axes.add(
          new Axis(src, axis.kernel(), axis.stride(), axis.dilation(), axis.begin(), axis.end()));
    }
    Work sized = work.withAxes(axes);
    return isBounded(sized) ? sized : null;
  }

  boolean isBounded(Work work) {
    double src = (double) work.images() * work.in();
    double dst = (double) work.images() * work.out();
    double multiplications = (double) work.in() / work.groups() * work.taps();
    for (Axis axis : work.axes()) {
      if (axis.src() < 1 || axis.src() + axis.begin() + axis.end() < axis.span()) {
        return false;
      }
      src *= axis.src();
      dst *= axis.outputs();
    }
    multiplications *= dst;
    double weights = (double) work.in() / work.groups() * work.out() * work.taps();
    return src <= MOST_ELEMENTS
        && dst <= MOST_ELEMENTS
        && weights <= MOST_WEIGHTS
        && multiplications >= fewest / 2
        && multiplications <= 2 * most;
  }
}
