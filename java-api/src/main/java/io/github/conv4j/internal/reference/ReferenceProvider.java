package io.github.conv4j.internal.reference;

import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.EngineProvider;

/** Offers the reference engine, which can always start. */
public final class ReferenceProvider implements EngineProvider {
  @Override
  public String name() {
    return ReferenceEngine.NAME;
  }

  @Override
  public int priority() {
    return 0;
  }

  @Override
  public Availability availability() {
    return new Availability.Available("1", "naive loops with double accumulation");
  }

  @Override
  public Engine open(EngineOptions options) {
    return new ReferenceEngine(options);
  }
}
