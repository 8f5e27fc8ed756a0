package io.github.conv4j.internal.parallel;

/** What a thread of the pool is asked to do. */
interface Task {
  /** Returns the budget of which the worker has a permit. */
  Budget budget();

  /** Does it, makes the worker free, and gives the permit back, also when the work fails. */
  void perform(Worker worker);
}
