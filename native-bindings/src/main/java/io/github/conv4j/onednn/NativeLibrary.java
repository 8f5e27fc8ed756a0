package io.github.conv4j.onednn;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * oneDNN's shared library: either {@link Loaded} or {@link Missing} with the reason and the remedy.
 *
 * <p>Searched in this order: the file named by the system property {@value LIBRARY_PROPERTY}; the
 * library inside the jar of the platform, extracted once into a cache folder; the operating
 * system's own library. A file named by the property is never replaced by another library.
 *
 * <p><b>Threads.</b> {@link #load()} may be called by any number of threads; the search runs once.
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
   * The library is loaded into the class loader of the bindings: every bound function can be
   * called.
   *
   * @param earlierAttempts what was tried before this library was found, for diagnosis
   */
  record Loaded(
      OneDnnVersion version, Path path, Origin origin, OpenMp openMp, List<Attempt> earlierAttempts)
      implements NativeLibrary {
    public Loaded {
      Objects.requireNonNull(version, "version");
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(origin, "origin");
      Objects.requireNonNull(openMp, "openMp");
      earlierAttempts = List.copyOf(earlierAttempts);
    }
  }

  /**
   * No usable library.
   *
   * @param reason one sentence
   * @param remedy what the user can do, one sentence
   * @param attempts every place that was tried, in order
   */
  record Missing(String reason, String remedy, List<Attempt> attempts) implements NativeLibrary {
    public Missing {
      Objects.requireNonNull(reason, "reason");
      Objects.requireNonNull(remedy, "remedy");
      attempts = List.copyOf(attempts);
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
    return Once.RESULT;
  }

  /** Runs the search in its initialiser: once, lazily, and with the locking of the JVM. */
  final class Once {
    private static final NativeLibrary RESULT = LibrarySearch.ofThisJvm().run();

    private Once() {}
  }
}
