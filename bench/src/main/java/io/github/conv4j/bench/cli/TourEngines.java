package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.tour.Tour;
import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.EngineStatus;
import io.github.conv4j.engine.Engines;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;

/**
 * The engines that a tour compares.
 *
 * @param open started, the best first
 * @param notes sentences about engines that are missing
 */
record TourEngines(List<Engine> open, List<String> notes) implements AutoCloseable {
  /**
   * Starts engines.
   *
   * @param names those to start, each of which must; null for all that can but auto
   */
  static TourEngines open(@Nullable List<String> names, CommandLine command) {
    List<String> wanted = names == null ? forced() : names;
    wanted.forEach(name -> EngineChoice.requireKnown(name, command));
    List<Engine> open = new ArrayList<>();
    List<String> notes = new ArrayList<>();
    try {
      for (EngineStatus found : Engines.survey()) {
        boolean isWanted =
            wanted.isEmpty()
                ? !found.name().equals(EngineChoice.AUTO)
                : wanted.contains(found.name());
        switch (found.availability()) {
          case Availability.Unavailable no when wanted.isEmpty() ->
              notes.add(
                  "engine %s is missing: %s; %s".formatted(found.name(), no.reason(), no.remedy()));
          default -> {
            if (isWanted) {
              open.add(Engines.named(found.name(), EngineOptions.defaults().withReady(true)));
            }
          }
        }
      }
    } catch (RuntimeException e) {
      open.forEach(Engine::close);
      throw e;
    }
    if (open.size() == 1 && notes.isEmpty()) {
      notes.add(
          "only engine %s was run, so there is little to compare"
              .formatted(open.getFirst().name()));
    }
    return new TourEngines(open, notes);
  }

  /** The engine that the property asks for, beside the reference. */
  private static List<String> forced() {
    return System.getProperty(Engines.ENGINE_PROPERTY, "")
        .transform(String::strip)
        .transform(name -> name.isEmpty() ? List.of() : List.of(name, Tour.REFERENCE));
  }

  List<String> names() {
    return open.stream().map(Engine::name).toList();
  }

  @Override
  public void close() {
    open.forEach(Engine::close);
  }
}
