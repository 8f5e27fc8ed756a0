package io.github.conv4j.internal.auto;

import java.util.List;

/**
 * Judges candidates that have had the same number of turns.
 *
 * <p>What disturbs a turn only lengthens it, so a time is the lower quartile of turns: right as
 * long as a quarter of them is undisturbed. And what disturbs in one half of the race seldom
 * disturbs the same candidates in the other, so only who is faster in both halves, and in its best
 * turn, is called faster.
 */
final class Standings {
  /** Who is nearer than this to an earlier one does not replace it. */
  private static final double TIE = 1.02;

  private static final double TIE_OF_FEW = 1.05;
  private static final int FEW_TURNS = 8;
  private static final double GETTING_FASTER = 1.05;

  private final List<TimedCandidate> racing;

  /**
   * Creates a standings.
   *
   * @param racing at least one; who comes earlier is preferred
   */
  Standings(List<TimedCandidate> racing) {
    this.racing = racing;
  }

  /** Returns the first of those that nobody later is faster than. */
  TimedCandidate winner() {
    TimedCandidate champion = racing.getFirst();
    for (TimedCandidate challenger : racing) {
      if (isFaster(challenger, champion, tie())) {
        champion = challenger;
      }
    }
    return champion;
  }

  /** Whether more turns would hardly change the winner. */
  boolean isSettled() {
    TimedCandidate winner = winner();
    for (TimedCandidate other : racing) {
      boolean threatens =
          winner.firstHalfNanos() > tie() * other.firstHalfNanos()
              || winner.secondHalfNanos() > tie() * other.secondHalfNanos();
      if (threatens || isGettingFaster(other)) {
        return false;
      }
    }
    return true;
  }

  /** Whether code is still being compiled: the first half of the turns means nothing then. */
  boolean isAnyGettingFaster() {
    return racing.stream().anyMatch(Standings::isGettingFaster);
  }

  private static boolean isGettingFaster(TimedCandidate candidate) {
    return candidate.way().engine().warmsUp()
        && candidate.firstHalfNanos() > GETTING_FASTER * candidate.secondHalfNanos();
  }

  /** Whether someone is so many times as fast as {@code candidate}. */
  boolean isBeaten(TimedCandidate candidate, double times) {
    return racing.stream().anyMatch(other -> isFaster(other, candidate, times));
  }

  private double tie() {
    return racing.getFirst().turnCount() < FEW_TURNS ? TIE_OF_FEW : TIE;
  }

  private static boolean isFaster(TimedCandidate a, TimedCandidate b, double times) {
    return times * a.firstHalfNanos() < b.firstHalfNanos()
        && times * a.secondHalfNanos() < b.secondHalfNanos()
        && a.bestNanos() < b.bestNanos();
  }
}
