package io.github.conv4j.bench.contender;

import java.util.concurrent.atomic.AtomicInteger;

/** Closes what several entries share when the last of them has let go. Safe for any thread. */
public final class LastOut {
  private final AtomicInteger holders;
  private final Runnable close;

  /**
   * Creates the shared hold.
   *
   * @param holders how many will call {@link #release}
   * @param close runs once, after the last of them
   */
  public LastOut(int holders, Runnable close) {
    this.holders = new AtomicInteger(holders);
    this.close = close;
  }

  /** Lets go, once for each holder. */
  public void release() {
    if (holders.decrementAndGet() == 0) {
      close.run();
    }
  }
}
