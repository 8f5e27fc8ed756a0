package io.github.conv4j.internal.auto;

import io.github.conv4j.EngineUnavailableException;
import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.EngineProvider;
import io.github.conv4j.engine.Shadow;
import io.github.conv4j.engine.Tuning;
import io.github.conv4j.internal.prepared.Alternatives;
import java.util.List;

/**
 * Offers the engine that measures. It ranks below every engine that it chooses from, so that {@code
 * Engines.best()} starts quickly; it is chosen by name.
 */
public final class AutoProvider implements EngineProvider {
  private static final int PRIORITY = 10;

  @Override
  public String name() {
    return AutoEngine.NAME;
  }

  @Override
  public int priority() {
    return PRIORITY;
  }

  /** The pure-Java engine can always start, so there is always something to choose from. */
  @Override
  public Availability availability() {
    return new Availability.Available(
        "measures", "keeps the fastest implementation of all engines for each problem");
  }

  @Override
  public Engine open(EngineOptions options) {
    Tuning tuning;
    try {
      tuning = options.find(Tuning.class).orElseGet(Tuning::defaults);
    } catch (IllegalArgumentException e) {
      throw new EngineUnavailableException(
          AutoEngine.NAME, String.valueOf(e.getMessage()), "correct or remove the property");
    }
    EngineOptions complete = options.with(tuning);
    // Calls are compared once, where it is known which engine was chosen.
    EngineOptions ofInner = complete.with(Shadow.defaults().withInterval(0));
    List<Alternatives> engines = InnerEngines.open(ofInner);
    try {
      return new AutoEngine(complete, engines);
    } catch (Throwable e) {
      engines.forEach(Engine::close);
      throw e;
    }
  }
}
