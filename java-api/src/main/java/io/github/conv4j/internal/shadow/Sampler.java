package io.github.conv4j.internal.shadow;

import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import java.lang.foreign.MemorySegment;

/**
 * A last step of a prepared convolution, which copies the tensors of one run in so many. Each
 * thread counts its own runs: a count that all share would be written by all of them.
 */
final class Sampler implements Primitive {
  /** So many times as long as a copy takes, none follows it. */
  private static final long REST = 200;

  private final Subject subject;
  private final Samples samples;
  private final int interval;

  /** Takes over one hold of the subject. */
  Sampler(Subject subject, Samples samples, int interval) {
    this.subject = subject;
    this.samples = samples;
    this.interval = interval;
  }

  @Override
  public long constantsByteSize() {
    return subject.weightsByteSize();
  }

  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    return new Counter(samples.phase(interval));
  }

  @Override
  public void close() {
    subject.release();
  }

  private final class Counter implements BoundPrimitive {
    /** Runs before the next that is copied. */
    private int left;

    private long notBefore = System.nanoTime();

    Counter(int left) {
      this.left = left;
    }

    @Override
    public void runAlone(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      if (--left < 0) {
        left = interval - 1;
        sample(src, dst, operands);
      }
    }

    private void sample(MemorySegment src, MemorySegment dst, MemorySegment[] operands) {
      if (subject.isHopeless()) {
        return;
      }
      long begin = System.nanoTime();
      if (begin - notBefore < 0) {
        samples.drop();
      } else if (samples.take(subject, src, dst, operands)) {
        notBefore = begin + REST * (System.nanoTime() - begin);
      }
    }
  }
}
