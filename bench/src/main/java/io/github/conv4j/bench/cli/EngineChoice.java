package io.github.conv4j.bench.cli;

import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineStatus;
import io.github.conv4j.engine.Engines;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** Engines by the names that people type. */
final class EngineChoice {
  /** The engine that only chooses among the others; compared with them where it is asked for. */
  static final String AUTO = "auto";

  private EngineChoice() {}

  /** Refuses a name that no engine has; whether the engine can start shows later. */
  static void requireKnown(String name, CommandLine command) {
    if (Engines.survey().stream().noneMatch(found -> found.name().equals(name))) {
      String known =
          Engines.survey().stream().map(EngineStatus::name).collect(Collectors.joining(", "));
      throw new ParameterException(
          command, "there is no engine '%s': choose one of %s".formatted(name, known));
    }
  }

  /** Returns the engine's name and the version of what computes. */
  static String title(Engine engine) {
    return Engines.survey().stream()
        .filter(found -> found.name().equals(engine.name()))
        .map(found -> found.availability() instanceof Availability.Available a ? a.version() : "")
        .findFirst()
        .map(version -> version.isEmpty() ? "" : " (" + version + ")")
        .map(version -> engine.name() + version)
        .orElse(engine.name());
  }
}
