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
 * start, why, and what to do; a provider that cannot be loaded is logged and left out.
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
    for (EngineProvider provider : providers()) {
      switch (provider.availability()) {
        case Availability.Available available -> {
          Engine engine = provider.open(options);
          String why = available.version() + ", " + available.detail();
          log(engine.name(), skipped.isEmpty() ? why : why + "; " + String.join("; ", skipped));
          return engine;
        }
        case Availability.Unavailable no ->
            skipped.add("not %s: %s; %s".formatted(provider.name(), no.reason(), no.remedy()));
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
    List<EngineProvider> providers = providers();
    for (EngineProvider provider : providers) {
      if (provider.name().equals(name)) {
        if (provider.availability() instanceof Availability.Unavailable no) {
          throw new EngineUnavailableException(name, no.reason(), no.remedy());
        }
        return provider.open(options);
      }
    }
    String known = providers.stream().map(EngineProvider::name).collect(Collectors.joining(", "));
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

  private static List<EngineProvider> providers() {
    List<EngineProvider> found = new ArrayList<>();
    List<Throwable> broken = new ArrayList<>();
    collect(ServiceLoader.load(EngineProvider.class), found, broken);
    collect(
        ServiceLoader.load(EngineProvider.class, EngineProvider.class.getClassLoader()),
        found,
        broken);
    broken.forEach(failure -> log(failure, found));
    found.sort(Comparator.comparingInt(EngineProvider::priority).reversed());
    return found;
  }

  private static void collect(
      ServiceLoader<EngineProvider> loader, List<EngineProvider> found, List<Throwable> broken) {
    var candidates = loader.iterator();
    int brokenCount = 0;
    while (brokenCount < MOST_BROKEN_PROVIDERS) {
      EngineProvider provider;
      try {
        provider = candidates.hasNext() ? candidates.next() : null;
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
  private static void log(Throwable failure, List<EngineProvider> found) {
    String message = String.valueOf(failure.getMessage());
    boolean isCopy =
        found.stream().anyMatch(p -> message.endsWith(p.getClass().getName() + " not a subtype"));
    if (!isCopy && WARNED.size() < MOST_BROKEN_PROVIDERS && WARNED.add(message)) {
      LOG.log(Level.WARNING, "an engine provider cannot be used: {0}", message);
    }
    LOG.log(Level.DEBUG, "an engine provider cannot be used", failure);
  }

  private static boolean isKnown(List<EngineProvider> found, EngineProvider provider) {
    return found.stream().anyMatch(p -> p.name().equals(provider.name()));
  }
}
