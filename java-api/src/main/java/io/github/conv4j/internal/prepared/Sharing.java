package io.github.conv4j.internal.prepared;

import io.github.conv4j.internal.checks.Properties;
import io.github.conv4j.tensor.Shape;

/** Whether a call is long enough for helpers, and into how many parts it is then cut. */
public final class Sharing {
  /** System property: the estimated nanoseconds from which a call is cut into parts; for tests. */
  static final String LEAST_NANOS_PROPERTY = "conv4j.sharing.nanos";

  /**
   * Inviting a helper costs some microseconds, waking one some tens; but helpers linger between
   * calls that follow each other, as the layers of a network do.
   */
  private static final double LEAST_NANOS =
      Properties.numberOrWarning(LEAST_NANOS_PROPERTY, 20_000, 0, Long.MAX_VALUE);

  /** More parts than threads, so that a disturbed thread leaves work to the others. */
  private static final int PARTS_PER_THREAD = 4;

  private static final double MULTIPLICATIONS_PER_NANO = 100;
  private static final double BYTES_PER_NANO = 20;

  private Sharing() {}

  /** Returns how many parts a call should at least have: 1 where sharing it is not worth it. */
  public static int leastParts(PrepareRequest request, int threads) {
    return leastParts(request, 0, threads);
  }

  /**
   * The same for who has an estimate too.
   *
   * @param nanos what one thread takes at least
   */
  public static int leastParts(PrepareRequest request, double nanos, int threads) {
    return threads == 1 || Math.max(nanos, estimatedNanos(request)) < LEAST_NANOS
        ? 1
        : PARTS_PER_THREAD * threads;
  }

  /** Returns how many parts a pass over so many bytes should have; see {@link #leastParts}. */
  public static int partsOfPass(long bytes, int threads) {
    return threads == 1 || bytes / BYTES_PER_NANO < LEAST_NANOS ? 1 : PARTS_PER_THREAD * threads;
  }

  private static double estimatedNanos(PrepareRequest request) {
    Shape weights = request.convolution().weightsShape();
    Shape src = request.src().shape();
    Shape dst = request.dst().shape();
    Shape side = request.convolution().isTransposed() ? src : dst;
    double multiplications = (double) side.elementCount() * weights.elementCount() / weights.dim(0);
    double bytes = (double) Float.BYTES * (src.elementCount() + dst.elementCount());
    return multiplications / MULTIPLICATIONS_PER_NANO + bytes / BYTES_PER_NANO;
  }
}
