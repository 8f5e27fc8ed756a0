package io.github.conv4j.bench.overhead;

import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.EngineStatus;
import io.github.conv4j.engine.Engines;
import java.io.IOException;
import java.nio.file.Path;

/** The engine that is compared with C, and where its library lies. */
final class NativeEngine {
  static final String NAME = "onednn";

  private NativeEngine() {}

  /** Fails as the start of the engine does where that cannot start. */
  static Availability.Available requireAvailable() throws IOException {
    Engines.named(NAME, EngineOptions.defaults().withThreads(1)).close();
    for (EngineStatus survey : Engines.survey()) {
      if (survey.name().equals(NAME)
          && survey.availability() instanceof Availability.Available available) {
        return available;
      }
    }
    throw new IOException("the engine " + NAME + " is open but not in the survey");
  }

  /** The engine tells people the file, then where that came from, in brackets. */
  static Path library(Availability.Available available) {
    String detail = available.detail();
    int origin = detail.lastIndexOf(" (");
    return Path.of(origin < 0 ? detail : detail.substring(0, origin));
  }
}
