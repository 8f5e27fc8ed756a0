package io.github.conv4j.networks.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/**
 * What a call took of this thread's time and of the heap, garbage included.
 *
 * @param time of the processor until it returned or threw: on a busy machine the clock tells of
 *     others
 * @param heapByteSize allocated meanwhile
 */
public record Cost(Duration time, long heapByteSize) {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** Measures a call, which catches what it expects. */
  public static Cost of(Runnable call) {
    long begin = THREADS.getCurrentThreadCpuTime();
    long before = allocated();
    call.run();
    long heap = allocated() - before;
    return new Cost(Duration.ofNanos(THREADS.getCurrentThreadCpuTime() - begin), heap);
  }

  private static long allocated() {
    return THREADS.getThreadAllocatedBytes(Thread.currentThread().threadId());
  }
}
