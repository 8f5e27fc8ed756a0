package io.github.conv4j.onednn;

import io.github.conv4j.internal.events.Events;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * oneDNN's shared library: either {@link Loaded} or {@link Missing} with the reason and the remedy.
 *
 * <p>Searched in this order: the file named by the system property {@value LIBRARY_PROPERTY}; the
 * library inside the jar of the platform, extracted once into a cache folder; the operating
 * system's own library. A file named by the property is never replaced by another library.
 *
 * <p><b>Threads.</b> {@link #load()} may be called by any number of threads; the search runs once
 * in each class loader that has these classes, and all of them share one extracted file.
 *
 * <p><b>Errors.</b> {@link #load()} never throws; what went wrong is in {@link Missing}.
 */
sealed interface NativeLibrary {

  /** System property: path of the oneDNN library to use instead of any other. */
  String LIBRARY_PROPERTY = "conv4j.onednn.library";

  /** System property: folder in which the library is kept after extraction. */
  String CACHE_PROPERTY = "conv4j.cache.dir";

  /** Where a library came from. */
  enum Origin {
    PROPERTY("system property " + LIBRARY_PROPERTY),
    JAR("jar of the platform"),
    SYSTEM("operating system");

    private final String text;

    Origin(String text) {
      this.text = text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /** One place that was tried without success, and why it did not work. */
  record Attempt(Origin origin, String location, String failure) {
    public Attempt {
      Objects.requireNonNull(origin, "origin");
      Objects.requireNonNull(location, "location");
      Objects.requireNonNull(failure, "failure");
    }

    @Override
    public String toString() {
      return "%s, %s: %s".formatted(origin, location, failure);
    }
  }

  /**
   * The library is open: every function that conv4j needs can be called.
   *
   * @param earlierAttempts what was tried before this library was found, for diagnosis
   */
  record Loaded(
      OneDnnVersion version,
      Path path,
      Origin origin,
      DnnlLibrary functions,
      List<Attempt> earlierAttempts)
      implements NativeLibrary {
    public Loaded {
      Objects.requireNonNull(version, "version");
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(origin, "origin");
      Objects.requireNonNull(functions, "functions");
      earlierAttempts = List.copyOf(earlierAttempts);
    }
  }

  /**
   * No usable library.
   *
   * @param reason one sentence
   * @param remedy what the user can do, one sentence
   * @param attempts every place that was tried, in order
   * @param isTransient whether the search ended early, for want of memory say, and may be repeated
   */
  record Missing(String reason, String remedy, List<Attempt> attempts, boolean isTransient)
      implements NativeLibrary {
    Missing(String reason, String remedy, List<Attempt> attempts) {
      this(reason, remedy, attempts, false);
    }

    public Missing {
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(remedy, "remedy");
      attempts = List.copyOf(attempts);
    }

    @Override
    public DnnlLibrary functions() {
      throw new IllegalStateException(report());
    }

    /** Reason, attempts and remedy in one text. */
    String report() {
      String tried =
          attempts.stream().map(attempt -> "\n  tried " + attempt).collect(Collectors.joining());
      return reason + tried + "\n  " + remedy;
    }
  }

  /** The library, loaded by the first call. */
  static NativeLibrary load() {
    return Once.load();
  }

  /**
   * The functions of the library.
   *
   * @throws IllegalStateException if it is missing, which whoever opens an engine has checked
   */
  DnnlLibrary functions();

  /**
   * The one result of this class loader. Not computed in a static initialiser, where a failure
   * would be there for good.
   */
  final class Once {
    private static volatile @Nullable NativeLibrary result;

    private Once() {}

    private static NativeLibrary load() {
      NativeLibrary known = result;
      return known == null ? search() : known;
    }

    private static synchronized NativeLibrary search() {
      NativeLibrary known = result;
      if (known != null) {
        return known;
      }
      Events.LibrarySearch event = Events.librarySearch();
      NativeLibrary found = LibrarySearch.ofThisJvm().run();
      if (event != null) {
        record(event, found);
      }
      if (!(found instanceof Missing missing && missing.isTransient())) {
        result = found;
      }
      return found;
    }

    private static void record(Events.LibrarySearch event, NativeLibrary found) {
      switch (found) {
        case Loaded(var version, var path, var origin, _, _) ->
            event.found(path.toString(), origin.toString(), version.toString());
        case Missing missing -> event.missing(missing.report());
      }
    }
  }
}
