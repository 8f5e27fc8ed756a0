package io.github.conv4j.internal.shadow;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/** The engines that compute calls again, each opened when it is first needed; for one thread. */
final class OtherEngines implements AutoCloseable {
  static final String REFERENCE = "reference";

  private final Map<String, Engine> open = new HashMap<>();
  private final Function<String, Engine> opener;

  /** Opens engines of one thread, which compare none of their calls. */
  OtherEngines() {
    this(name -> Engines.named(name, EngineOptions.defaults().withThreads(1)));
  }

  OtherEngines(Function<String, Engine> opener) {
    this.opener = opener;
  }

  /**
   * Returns an engine.
   *
   * @throws io.github.conv4j.EngineUnavailableException if it cannot start
   */
  Engine named(String name) {
    return open.computeIfAbsent(name, opener);
  }

  @Override
  public void close() {
    open.values().forEach(Engine::close);
    open.clear();
  }
}
