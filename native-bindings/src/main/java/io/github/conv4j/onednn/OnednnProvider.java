package io.github.conv4j.onednn;

import io.github.conv4j.EngineUnavailableException;
import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.EngineProvider;

/** Offers the oneDNN engine where its library can be loaded. */
public final class OnednnProvider implements EngineProvider {
  private static final int PRIORITY = 100;

  @Override
  public String name() {
    return OnednnEngine.NAME;
  }

  @Override
  public int priority() {
    return PRIORITY;
  }

  @Override
  public Availability availability() {
    return switch (NativeLibrary.load()) {
      case NativeLibrary.Loaded loaded ->
          new Availability.Available(
              "oneDNN " + loaded.version(), "%s (%s)".formatted(loaded.path(), loaded.origin()));
      case NativeLibrary.Missing missing ->
          new Availability.Unavailable(missing.reason(), missing.remedy());
    };
  }

  @Override
  public Engine open(EngineOptions options) {
    if (availability() instanceof Availability.Unavailable no) {
      throw new EngineUnavailableException(OnednnEngine.NAME, no.reason(), no.remedy());
    }
    return new OnednnEngine(options);
  }

  /** Returns the version of the library that was loaded. */
  static String version() {
    return NativeLibrary.load() instanceof NativeLibrary.Loaded loaded
        ? "oneDNN " + loaded.version()
        : "oneDNN";
  }
}
