package io.github.conv4j.internal.parallel;

/** What a thread of the pool is asked to do. */
interface Errand {
  /** Returns the budget of which the worker has a place. */
  Budget budget();

  /** Does it, makes the worker free, and gives the place back. */
  void perform(Worker worker);
}
