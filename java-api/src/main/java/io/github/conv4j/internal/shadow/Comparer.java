package io.github.conv4j.internal.shadow;

import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.Shadow;
import io.github.conv4j.engine.ShadowCounts;
import io.github.conv4j.engine.ShadowMismatch;
import io.github.conv4j.internal.events.Events;
import io.github.conv4j.internal.parallel.Budget;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.System.Logger.Level;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * The thread that compares. It looks for samples from time to time: to wake it up would cost a
 * caller some microseconds. Java's priorities do nothing on most Linux systems, so it also rests.
 */
final class Comparer implements Runnable {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");

  private static final long LOOK_NANOS = 10_000_000;

  /** Looks in a row that see no caller: between two calls of one there is nobody either. */
  private static final int IDLE_LOOKS = 20;

  /** The naive loops are asked who is right about so many products at most, some seconds. */
  private static final long MOST_PRODUCTS_TO_DECIDE = 1L << 31;

  private final String engine;
  private final Shadow options;
  private final Budget budget;
  private final Samples samples;
  private final Quarantine quarantine;
  private final OtherEngines others;
  private final Recomputations recomputations;
  private final AtomicLong compared = new AtomicLong();
  private final AtomicLong mismatches = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private volatile boolean closed;

  private int idleLooks;

  /** Takes ownership of {@code others}. */
  Comparer(
      String engine,
      Shadow options,
      Budget budget,
      Samples samples,
      Quarantine quarantine,
      OtherEngines others) {
    this.engine = engine;
    this.options = options;
    this.budget = budget;
    this.samples = samples;
    this.quarantine = quarantine;
    this.others = others;
    this.recomputations = new Recomputations(options.bufferBytes());
  }

  ShadowCounts counts() {
    return new ShadowCounts(
        samples.sampled(), samples.dropped(), compared.get(), mismatches.get(), failed.get());
  }

  /** Ends the thread after what it is doing. */
  void close() {
    closed = true;
  }

  @Override
  public void run() {
    try {
      long mayBegin = System.nanoTime();
      while (!closed) {
        try {
          mayBegin = turn(mayBegin);
        } catch (Throwable e) {
          // Whatever it is: the next sample may be compared.
          failed.incrementAndGet();
        }
      }
    } finally {
      try {
        samples.close();
      } finally {
        try {
          recomputations.close();
        } finally {
          others.close();
        }
      }
    }
  }

  /** Compares one call, or rests; returns when the next may be compared while there are callers. */
  private long turn(long mayBegin) {
    makeRoom();
    recomputations.trim();
    idleLooks = budget.isIdle() ? idleLooks + 1 : 0;
    boolean may = System.nanoTime() - mayBegin >= 0 || idleLooks >= IDLE_LOOKS;
    SampleBuffer buffer = may ? samples.next() : null;
    if (buffer == null) {
      LockSupport.parkNanos(this, LOOK_NANOS);
      return mayBegin;
    }
    long begin = System.nanoTime();
    try {
      compare(buffer);
    } finally {
      buffer.empty();
    }
    long took = System.nanoTime() - begin;
    double share = options.share() * budget.threads();
    return begin + (long) (took / Math.min(1, share));
  }

  private void makeRoom() {
    try {
      samples.grow();
    } catch (OutOfMemoryError e) {
      // Until there is memory again, calls that need more room are dropped.
    }
  }

  private void compare(SampleBuffer buffer) {
    Subject subject = buffer.subject();
    if (subject.isHopeless()) {
      return;
    }
    try {
      List<Tensor> tensors = buffer.tensors();
      Recomputation again = recomputations.of(subject, this::recomputation);
      boolean isDefinition = subject.other().equals(OtherEngines.REFERENCE);
      Difference difference = new Comparison(subject, tensors, again, isDefinition).run();
      compared.incrementAndGet();
      if (difference != null) {
        mismatches.incrementAndGet();
        // All its calls would differ, and cost as much again.
        subject.giveUp();
        tell(judged(subject, tensors, difference));
      }
    } catch (Throwable e) {
      failed.incrementAndGet();
      if (!(e instanceof OutOfMemoryError)) {
        subject.giveUp();
      }
      LOG.log(
          Level.WARNING,
          "a call of %s %s could not be computed again by %s"
              .formatted(engine, subject.problem().line(), subject.other()),
          e);
    }
  }

  private Recomputation recomputation(Subject subject) {
    return Recomputation.of(subject, others.named(subject.other()));
  }

  /** Returns what is known already where the loops fail. */
  private @Nullable Difference differenceFromLoops(
      Subject subject, List<Tensor> tensors, Difference known) {
    try (Recomputation again = Recomputation.of(subject, others.named(OtherEngines.REFERENCE))) {
      return new Comparison(subject, tensors, again, true).run();
    } catch (RuntimeException | OutOfMemoryError e) {
      LOG.log(Level.WARNING, "the naive loops could not tell who is right", e);
      return known;
    }
  }

  /** Asks the naive loops who is right, where they need not compute for too long. */
  private ShadowMismatch judged(Subject subject, List<Tensor> tensors, Difference difference) {
    Difference sure = difference;
    boolean isOtherAtFault = false;
    if (!subject.other().equals(OtherEngines.REFERENCE)
        && subject.problem().multiplications() <= MOST_PRODUCTS_TO_DECIDE) {
      Difference fromLoops = differenceFromLoops(subject, tensors, difference);
      isOtherAtFault = fromLoops == null;
      sure = fromLoops == null ? difference : fromLoops;
    }
    TensorSpec dst = subject.request().dst();
    return new ShadowMismatch(
        engine,
        subject.implementation(),
        subject.problem().line(),
        subject.other(),
        isOtherAtFault,
        sure.count(),
        position(sure.worst(), dst),
        sure.value(),
        sure.expected(),
        sure.permitted(),
        repro(subject, isOtherAtFault ? subject.other() : engine));
  }

  private static String position(int index, TensorSpec dst) {
    long[] position = dst.shape().dims();
    long rest = index;
    for (int axis = position.length - 1; axis >= 0; axis--) {
      long size = position[axis];
      position[axis] = rest % size;
      rest /= size;
    }
    return Arrays.toString(position);
  }

  /** Integers first: they must agree bit for bit. What they do not show, floats may. */
  private static String repro(Subject subject, String engine) {
    TensorSpec src = subject.request().src();
    String layout = src.isChannelsLast() ? "nhwc" : "nchw";
    return "./conv4j verify --engine %s --layout %s%s %s"
        .formatted(
            engine,
            layout,
            subject.accuracy() == Accuracy.RELAXED ? " --relaxed" : "",
            subject.problem());
  }

  private void tell(ShadowMismatch mismatch) {
    if (!mismatch.isOtherAtFault()) {
      quarantine.add(
          mismatch.problem(),
          mismatch.implementation(),
          "%s gave %s instead of %s at %s"
              .formatted(
                  mismatch.implementation(),
                  mismatch.value(),
                  mismatch.expected(),
                  mismatch.position()));
    }
    LOG.log(Level.WARNING, "{0}", mismatch);
    Events.shadowMismatch(
        mismatch.engine(),
        mismatch.problem(),
        mismatch.implementation(),
        mismatch.otherEngine(),
        mismatch.isOtherAtFault(),
        mismatch.position(),
        mismatch.value(),
        mismatch.expected(),
        mismatch.permitted(),
        mismatch.repro());
    options
        .listener()
        .ifPresent(
            listener -> {
              try {
                listener.accept(mismatch);
              } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "a listener that was told of a mismatch failed", e);
              }
            });
  }
}
