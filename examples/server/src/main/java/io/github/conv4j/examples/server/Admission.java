package io.github.conv4j.examples.server;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Lets requests in as long as there is room, in the order in which they came: a bounded number
 * compute, a bounded number wait, and the bytes that all of them hold are bounded. Everybody else
 * is refused at once. For any number of threads.
 */
final class Admission {
  private static final int BYTES_PER_PERMIT = 1024;

  private final Limits limits;
  private final Semaphore places;
  private final Semaphore running;
  private final Semaphore memory;

  Admission(Limits limits) {
    this.limits = limits;
    this.places = new Semaphore(Math.addExact(limits.runningCount(), limits.queueLimit()));
    this.running = new Semaphore(limits.runningCount(), true);
    this.memory = new Semaphore(permits(limits.heldBytes()));
  }

  private static int permits(long bytes) {
    return (int) Math.min(Integer.MAX_VALUE, Math.ceilDiv(bytes, BYTES_PER_PERMIT));
  }

  /** The bytes that a request holds, until it is answered. */
  final class Claim implements AutoCloseable {
    private int permits;

    private Claim() {}

    /**
     * Takes bytes.
     *
     * @throws HttpException if there are not so many, now or ever
     */
    void take(long bytes) {
      int more = permits(bytes);
      if ((long) permits + more > permits(limits.heldBytes())) {
        throw new HttpException(
            HttpException.TOO_LARGE,
            "it takes more than the %,d bytes that all requests may hold: send less"
                .formatted(limits.heldBytes()));
      }
      if (!memory.tryAcquire(more)) {
        throw new HttpException(
            HttpException.TOO_MANY,
            "the requests that are here hold all of the memory for requests: try again later");
      }
      permits += more;
    }

    @Override
    public void close() {
      memory.release(permits);
      permits = 0;
    }
  }

  /** The right to compute. */
  final class Turn implements AutoCloseable {
    private boolean over;

    private Turn() {}

    @Override
    public void close() {
      if (!over) {
        over = true;
        running.release();
        places.release();
      }
    }
  }

  /** Returns a claim of no bytes. */
  Claim claim() {
    return new Claim();
  }

  /**
   * Refuses early what {@link #await} would refuse if nothing changed, before a body is read.
   *
   * @throws HttpException if there is no place
   */
  void requirePlace() {
    if (places.availablePermits() <= 0) {
      throw full();
    }
  }

  /**
   * Waits for a turn.
   *
   * @throws HttpException if too many wait, the deadline passes, or the server goes down
   */
  Turn await(Deadline deadline) {
    if (!places.tryAcquire()) {
      throw full();
    }
    boolean isGranted = false;
    try {
      isGranted = running.tryAcquire(deadline.nanosLeft(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HttpException(HttpException.UNAVAILABLE, "the server is shutting down", e);
    } finally {
      if (!isGranted) {
        places.release();
      }
    }
    if (!isGranted) {
      throw deadline.passed();
    }
    var turn = new Turn();
    if (deadline.nanosLeft() <= 0) {
      turn.close();
      throw deadline.passed();
    }
    return turn;
  }

  private HttpException full() {
    return new HttpException(
        HttpException.TOO_MANY,
        "%d requests are computing and %d wait, no more may: try again later"
            .formatted(limits.runningCount(), limits.queueLimit()));
  }

  int runningCount() {
    return limits.runningCount() - running.availablePermits();
  }

  int waitingCount() {
    int here = limits.runningCount() + limits.queueLimit() - places.availablePermits();
    return Math.max(0, here - runningCount());
  }

  long heldBytes() {
    return (long) BYTES_PER_PERMIT * (permits(limits.heldBytes()) - memory.availablePermits());
  }
}
