package io.github.conv4j.internal.auto;

import io.github.conv4j.EngineUnavailableException;
import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.EngineStatus;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.internal.prepared.Alternatives;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/** The one place where the engines to choose from are opened. */
final class InnerEngines {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j");

  private InnerEngines() {}

  /** Opens every engine that can start and be told how to run a problem; the best first. */
  static List<Alternatives> open(EngineOptions options) {
    List<Alternatives> opened = new ArrayList<>();
    try {
      for (EngineStatus found : Engines.survey()) {
        boolean available = found.availability() instanceof Availability.Available;
        if (available && !found.name().equals(AutoEngine.NAME)) {
          keepIfItOffersAlternatives(found.name(), options, opened);
        }
      }
      return opened;
    } catch (Throwable e) {
      opened.forEach(Engine::close);
      throw e;
    }
  }

  private static void keepIfItOffersAlternatives(
      String name, EngineOptions options, List<Alternatives> opened) {
    Engine engine;
    try {
      engine = Engines.named(name, options);
    } catch (EngineUnavailableException e) {
      LOG.log(Level.WARNING, "engine auto goes without {0}: {1}", name, e.getMessage());
      return;
    }
    if (engine instanceof Alternatives alternatives) {
      opened.add(alternatives);
    } else {
      engine.close();
    }
  }
}
