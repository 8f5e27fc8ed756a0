package io.github.conv4j.engine;

import io.github.conv4j.EngineUnavailableException;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/**
 * Finds engines.
 *
 * <p><b>Memory.</b> Keeps no engine; close what it starts. <b>Threads.</b> Safe for use by any
 * number of threads. <b>Errors.</b> {@link EngineUnavailableException} says which engine cannot
 * start, why, and what to do; a provider that cannot be loaded, or fails when it is asked for its
 * name or priority, is logged and left out; one that fails when asked whether it can start is
 * logged and cannot.
 */
public final class Engines {
  /**
   * The system property that names the engine {@link #best} must use; if that engine cannot start,
   * {@link #best} fails instead of falling back.
   */
  public static final String ENGINE_PROPERTY = "conv4j.engine";

  /** A class loader that fails at every step must not keep us here forever. */
  private static final int MOST_BROKEN_PROVIDERS = 100;

  private static final Set<String> WARNED = ConcurrentHashMap.newKeySet();

  private static final System.Logger LOG = System.getLogger("io.github.conv4j");

  private Engines() {}

  /** A provider, with what it said of itself. */
  private record Found(EngineProvider provider, String name, int priority) {
    /**
     * Asks a provider.
     *
     * @throws ServiceConfigurationError if it has no answer
     */
    static Found of(EngineProvider provider) {
      try {
        String name = Objects.requireNonNull(provider.name(), "name");
        return new Found(provider, name, provider.priority());
      } catch (RuntimeException | LinkageError e) {
        throw new ServiceConfigurationError(
            "%s fails to tell its name and priority: %s"
                .formatted(provider.getClass().getName(), e),
            e);
      }
    }

    /** Asked only when needed: it may load a native library. */
    Availability availability() {
      try {
        return Objects.requireNonNull(provider.availability(), "availability");
      } catch (RuntimeException | LinkageError e) {
        String reason =
            "%s fails to tell whether it can start: %s".formatted(provider.getClass().getName(), e);
        warn(reason, e);
        return new Availability.Unavailable(reason, "correct it, or take it off the class path");
      }
    }
  }

  /** Starts the best engine that can start on this machine, with default options. */
  public static Engine best() {
    return best(EngineOptions.defaults());
  }

  /**
   * Starts the best engine that can start on this machine, and logs one line that says which and
   * why.
   *
   * @throws EngineUnavailableException if {@value #ENGINE_PROPERTY} names an engine that cannot
   *     start, or none can
   */
  public static Engine best(EngineOptions options) {
    Objects.requireNonNull(options, "options");
    String forced = System.getProperty(ENGINE_PROPERTY);
    if (forced != null && !forced.isBlank()) {
      return forced(forced.strip(), options);
    }
    List<String> skipped = new ArrayList<>();
    for (Found found : providers()) {
      switch (found.availability()) {
        case Availability.Available available -> {
          Engine engine = found.provider().open(options);
          String why = available.version() + ", " + available.detail();
          log(engine.name(), skipped.isEmpty() ? why : why + "; " + String.join("; ", skipped));
          return engine;
        }
        case Availability.Unavailable no ->
            skipped.add("not %s: %s; %s".formatted(found.name(), no.reason(), no.remedy()));
      }
    }
    throw new EngineUnavailableException(
        "best", String.join("; ", skipped), "put conv4j-api on the class path or module path");
  }

  private static Engine forced(String name, EngineOptions options) {
    Engine engine;
    try {
      engine = named(name, options);
    } catch (EngineUnavailableException e) {
      throw new EngineUnavailableException(
          name,
          e.reason() + " (system property %s asks for it)".formatted(ENGINE_PROPERTY),
          e.remedy().orElse("") + ", or remove the property");
    }
    log(engine.name(), "property " + ENGINE_PROPERTY + " asks for it");
    return engine;
  }

  /** Starts an engine by name, with default options. */
  public static Engine named(String name) {
    return named(name, EngineOptions.defaults());
  }

  /**
   * Starts an engine by name.
   *
   * @throws EngineUnavailableException if there is none of that name, or it cannot start
   */
  public static Engine named(String name, EngineOptions options) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(options, "options");
    List<Found> providers = providers();
    for (Found found : providers) {
      if (found.name().equals(name)) {
        if (found.availability() instanceof Availability.Unavailable no) {
          throw new EngineUnavailableException(name, no.reason(), no.remedy());
        }
        return found.provider().open(options);
      }
    }
    String known = providers.stream().map(Found::name).collect(Collectors.joining(", "));
    String remedy =
        name.equals("onednn")
            ? "add the artifact conv4j-onednn to the class path or module path"
            : "choose one of these";
    throw new EngineUnavailableException(name, "only these engines are present: " + known, remedy);
  }

  /** Returns every engine that is present, the best first, with whether it can start. */
  public static List<EngineStatus> survey() {
    return providers().stream()
        .map(p -> new EngineStatus(p.name(), p.priority(), p.availability()))
        .toList();
  }

  private static void log(String name, String why) {
    LOG.log(Level.INFO, "conv4j uses engine {0}: {1}", name, why);
  }

  private static List<Found> providers() {
    List<Found> found = new ArrayList<>();
    List<Throwable> broken = new ArrayList<>();
    collect(ServiceLoader.load(EngineProvider.class), found, broken);
    collect(
        ServiceLoader.load(EngineProvider.class, EngineProvider.class.getClassLoader()),
        found,
        broken);
    broken.forEach(failure -> log(failure, found));
    found.sort(Comparator.comparingInt(Found::priority).reversed());
    return found;
  }

  private static void collect(
      ServiceLoader<EngineProvider> loader, List<Found> found, List<Throwable> broken) {
    var candidates = loader.iterator();
    int brokenCount = 0;
    while (brokenCount < MOST_BROKEN_PROVIDERS) {
      Found provider;
      try {
        provider = candidates.hasNext() ? Found.of(candidates.next()) : null;
      } catch (ServiceConfigurationError | LinkageError e) {
        brokenCount++;
        broken.add(e);
        continue;
      }
      if (provider == null) {
        return;
      }
      if (!isKnown(found, provider)) {
        found.add(provider);
      }
    }
  }

  /**
   * Warns once of each failure. A context class loader with another copy of conv4j, as in an
   * application server, offers providers that were found here already; that is no failure.
   */
  private static void log(Throwable failure, List<Found> found) {
    String message = String.valueOf(failure.getMessage());
    boolean isCopy =
        found.stream()
            .map(p -> p.provider().getClass().getName())
            .anyMatch(name -> message.endsWith(name + " not a subtype"));
    if (isCopy) {
      LOG.log(Level.DEBUG, "an engine provider cannot be used", failure);
    } else {
      warn(message, failure);
    }
  }

  private static void warn(String message, Throwable failure) {
    if (WARNED.size() < MOST_BROKEN_PROVIDERS && WARNED.add(message)) {
      LOG.log(Level.WARNING, "an engine provider cannot be used: {0}", message);
    }
    LOG.log(Level.DEBUG, "an engine provider cannot be used", failure);
  }

  private static boolean isKnown(List<Found> found, Found provider) {
    return found.stream().anyMatch(p -> p.name().equals(provider.name()));
  }
}
