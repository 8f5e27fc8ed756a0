package io.github.conv4j.engine;

/**
 * How an engine is found: a service of {@link java.util.ServiceLoader}.
 *
 * <p>Creating a provider, and asking for its name and priority, must be cheap and must not fail;
 * work and failure belong to {@link #availability}.
 *
 * <p><b>Memory.</b> Keeps nothing that {@link Engine#close} does not free, but a native library,
 * once loaded, may stay. <b>Threads.</b> Safe for use by any number of threads. <b>Errors.</b> See
 * the methods. {@link Engines} logs a warning and goes without a provider that cannot be created,
 * or whose name, priority or availability throws a {@link RuntimeException} or a {@link
 * LinkageError} or is null; what {@link #open} throws reaches the caller.
 */
public interface EngineProvider {
  /** Returns the short name, for example {@code onednn}. */
  String name();

  /** Returns the rank among available engines; the highest is the best. */
  int priority();

  /** Tells whether the engine can start. Computed once; never throws. */
  Availability availability();

  /**
   * Starts the engine.
   *
   * @throws io.github.conv4j.EngineUnavailableException if {@link #availability} says so
   */
  Engine open(EngineOptions options);
}
