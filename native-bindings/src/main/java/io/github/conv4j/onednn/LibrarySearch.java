package io.github.conv4j.onednn;

import io.github.conv4j.onednn.NativeLibrary.Attempt;
import io.github.conv4j.onednn.NativeLibrary.Loaded;
import io.github.conv4j.onednn.NativeLibrary.Missing;
import io.github.conv4j.onednn.NativeLibrary.Origin;
import java.io.File;
import java.io.IOException;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One search for oneDNN, in the order that {@link NativeLibrary} tells. Used once. */
final class LibrarySearch {

  /** What the libraries in the Linux jars were linked with. */
  private static final String OLDEST_GLIBC = "2.34";

  private static final String JAR_NAME = "dnnl-3.13-1.5.14-";

  /** The system's own names for the major version that the bindings are for. */
  private static final List<String> SYSTEM_NAMES =
      List.of("libdnnl.so.3", "libdnnl.3.dylib", "dnnl.dll");

  /** What dnnl.dll is linked with; part of the Visual C++ redistributable. */
  private static final String WINDOWS_OPENMP = "vcomp140.dll";

  private final Function<String, @Nullable String> property;
  private final Function<String, @Nullable String> environment;
  private final List<Attempt> attempts = new ArrayList<>();

  LibrarySearch(
      Function<String, @Nullable String> property, Function<String, @Nullable String> environment) {
    this.property = property;
    this.environment = environment;
  }

  /** A search with the properties and the environment of this JVM. */
  static LibrarySearch ofThisJvm() {
    return new LibrarySearch(System::getProperty, System::getenv);
  }

  /** Searches; whatever goes wrong is a value. */
  NativeLibrary run() {
    try {
      return search();
    } catch (IllegalCallerException e) {
      return new Missing(
          "This JVM does not let conv4j call native code: " + e.getMessage(),
          "Start it with --enable-native-access=" + moduleName() + ".",
          attempts);
    } catch (VirtualMachineError e) {
      return new Missing(
          "The search for oneDNN failed: " + e,
          "Give this JVM more memory, or try again later.",
          attempts,
          true);
    } catch (Throwable e) {
      return new Missing(
          "The search for oneDNN failed: " + e,
          "Name a library with -D" + NativeLibrary.LIBRARY_PROPERTY + "=PATH.",
          attempts);
    }
  }

  private NativeLibrary search() {
    NativeAccess.requireAllowed();
    NativeAccess.linkAhead();
    String explicit = property.apply(NativeLibrary.LIBRARY_PROPERTY);
    if (explicit != null && !explicit.isBlank()) {
      return fromProperty(explicit);
    }
    Optional<NativePlatform> platform = NativePlatform.of(os(), arch());
    Optional<Loaded> loaded = platform.flatMap(this::fromJar);
    if (platform.isEmpty()) {
      failed(Origin.JAR, os() + " " + arch(), "no jar is published for this platform");
    }
    return loaded.or(this::fromSystem).<NativeLibrary>map(found -> found).orElseGet(this::missing);
  }

  private NativeLibrary fromProperty(String value) {
    try {
      return use(Origin.PROPERTY, Path.of(value).toAbsolutePath());
    } catch (UnusableLibraryException | InvalidPathException e) {
      failed(Origin.PROPERTY, value, e.getMessage());
      return new Missing(
          "%s=%s cannot be used: %s."
              .formatted(NativeLibrary.LIBRARY_PROPERTY, value, e.getMessage()),
          "Let it name a library of oneDNN 3.13, or remove the property to use the one in the jar.",
          attempts);
    }
  }

  private Optional<Loaded> fromJar(NativePlatform platform) {
    BundledLibrary bundled = BundledLibrary.of(platform);
    if (!bundled.isPresent()) {
      failed(Origin.JAR, jar(platform), "not on the class path or module path");
      return Optional.empty();
    }
    for (Path folder : CacheFolders.candidates(platform, property, environment)) {
      try {
        return Optional.of(fromCache(bundled, new LibraryCache(bundled, folder), platform));
      } catch (IOException e) {
        failed(Origin.JAR, folder.toString(), describe(e));
      } catch (UnusableLibraryException e) {
        failed(Origin.JAR, folder.toString(), e.getMessage());
      }
    }
    return Optional.empty();
  }

  private Loaded fromCache(BundledLibrary bundled, LibraryCache cache, NativePlatform platform)
      throws IOException, UnusableLibraryException {
    if (!cache.isComplete()) {
      requireFittingC(platform);
      fill(cache);
    }
    cache.requireTrusted();
    Path library = cache.path(bundled.library());
    if (platform.isMac()) {
      // The library refers to them through @rpath and has none; dyld takes those already open.
      for (BundledLibrary.Content companion : bundled.companions()) {
        open(cache.path(companion));
      }
    }
    // Its digest tells the version; the first call into native code would take longer than the
    // load.
    OneDnnVersion version = OneDnnVersion.BUNDLED;
    try {
      return load(Origin.JAR, library, open(library), version);
    } catch (UnusableLibraryException e) {
      requireFittingC(platform);
      // The right size is no proof of the right bytes, for example after a power failure.
      if (cache.repair()) {
        return load(Origin.JAR, library, open(library), version);
      }
      throw e;
    }
  }

  /** A folder that cannot be written is of use as it is if its files have the right bytes. */
  private static void fill(LibraryCache cache) throws IOException {
    try {
      cache.fill();
    } catch (IOException e) {
      boolean sound;
      try {
        sound = cache.isSound();
      } catch (IOException unreadable) {
        e.addSuppressed(unreadable);
        throw e;
      }
      if (!sound) {
        throw e;
      }
    }
  }

  private Optional<Loaded> fromSystem() {
    String searched = property.apply("java.library.path");
    for (String folder : (searched == null ? "" : searched).split(File.pathSeparator, -1)) {
      for (String name : SYSTEM_NAMES) {
        Path library = folder.isEmpty() ? Path.of(name) : Path.of(folder, name);
        if (library.isAbsolute() && Files.exists(library)) {
          try {
            return Optional.of(use(Origin.SYSTEM, library));
          } catch (UnusableLibraryException e) {
            failed(Origin.SYSTEM, library.toString(), e.getMessage());
          }
        }
      }
    }
    for (String name : SYSTEM_NAMES) {
      Optional<Path> library = installed(name);
      if (library.isPresent()) {
        try {
          return Optional.of(use(Origin.SYSTEM, library.get()));
        } catch (UnusableLibraryException e) {
          failed(Origin.SYSTEM, library.get().toString(), e.getMessage());
        }
      }
    }
    failed(Origin.SYSTEM, SYSTEM_NAMES.getFirst(), "not installed");
    return Optional.empty();
  }

  /** The file that the operating system's loader finds under {@code name}. */
  private static Optional<Path> installed(String name) {
    try {
      return NativeAccess.open(name).find("dnnl_version").flatMap(NativeAccess::fileOf);
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Opens a library and checks it. */
  private Loaded use(Origin origin, Path library) throws UnusableLibraryException {
    if (!Files.isRegularFile(library)) {
      throw new UnusableLibraryException("there is no such file");
    }
    SymbolLookup opened = open(library);
    Optional<OneDnnVersion> version = NativeAccess.version(opened);
    if (version.isEmpty()) {
      throw new UnusableLibraryException("it has no function dnnl_version");
    }
    Optional<String> refusal = version.get().refusal();
    if (refusal.isPresent()) {
      throw new UnusableLibraryException(refusal.get());
    }
    return load(origin, library, opened, version.get());
  }

  private Loaded load(Origin origin, Path library, SymbolLookup opened, OneDnnVersion version)
      throws UnusableLibraryException {
    var functions = new LinkedDnnlLibrary(withOpenMp(opened));
    return new Loaded(version, library, origin, functions, attempts);
  }

  /**
   * Adds the functions of the OpenMP library that oneDNN is linked with: Windows, other than the
   * rest, looks for functions in no library but the one that is named.
   */
  private SymbolLookup withOpenMp(SymbolLookup library) {
    if (!os().startsWith("Windows")) {
      return library;
    }
    try {
      return library.or(NativeAccess.open(WINDOWS_OPENMP));
    } catch (IllegalArgumentException e) {
      return library;
    }
  }

  private static SymbolLookup open(Path library) throws UnusableLibraryException {
    try {
      return NativeAccess.open(library);
    } catch (IllegalArgumentException e) {
      throw new UnusableLibraryException(
          NativeAccess.refusal(library).orElse(String.valueOf(e.getMessage())));
    }
  }

  private static void requireFittingC(NativePlatform platform) throws UnusableLibraryException {
    Optional<String> unfit = platform.isLinux() ? unfitC() : Optional.empty();
    if (unfit.isPresent()) {
      throw new UnusableLibraryException(unfit.get());
    }
  }

  /** Why the C library of this system cannot run the library in the jar, if so. */
  private static Optional<String> unfitC() {
    Optional<String> glibc = NativeAccess.glibcVersion();
    if (glibc.isEmpty()) {
      return Optional.of("it needs the GNU C library, and this system has another, such as musl");
    }
    return isOlder(glibc.get(), OLDEST_GLIBC)
        ? Optional.of(
            "it needs glibc %s or newer, and this system has %s"
                .formatted(OLDEST_GLIBC, glibc.get()))
        : Optional.empty();
  }

  /** Compares versions of the form {@code major.minor}; one that cannot be read is not older. */
  static boolean isOlder(String version, String than) {
    try {
      return Runtime.Version.parse(version).compareTo(Runtime.Version.parse(than)) < 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private Missing missing() {
    Optional<NativePlatform> platform = NativePlatform.of(os(), arch());
    String name =
        "name a library of oneDNN 3.13 with -D" + NativeLibrary.LIBRARY_PROPERTY + "=PATH.";
    boolean fitsC = platform.isPresent() && !(platform.get().isLinux() && unfitC().isPresent());
    if (!fitsC) {
      return new Missing(
          "No library of oneDNN for this system was found.",
          "Build or install oneDNN 3.13, then " + name,
          attempts);
    }
    boolean jar = BundledLibrary.of(platform.get()).isPresent();
    return new Missing(
        jar
            ? "The library of oneDNN in the jar cannot be used from any cache folder."
            : "No library of oneDNN was found.",
        jar
            ? "Set -D%s=FOLDER to a folder of this user that can be written and allows execution, or "
                    .formatted(NativeLibrary.CACHE_PROPERTY)
                + name
            : "Put %s, or conv4j-onednn with the classifier %s, on the class path, or "
                    .formatted(jar(platform.get()), platform.get().classifier())
                + name,
        attempts);
  }

  private static String jar(NativePlatform platform) {
    return JAR_NAME + platform.classifier() + ".jar";
  }

  private void failed(Origin origin, String location, @Nullable String failure) {
    attempts.add(new Attempt(origin, location, failure == null ? "unknown reason" : failure));
  }

  private static String describe(IOException e) {
    // The message of a FileSystemException is often just a path; its class tells what happened.
    return e.getClass() == IOException.class
        ? String.valueOf(e.getMessage())
        : e.getClass().getSimpleName() + ": " + e.getMessage();
  }

  private String os() {
    return String.valueOf(property.apply("os.name"));
  }

  private String arch() {
    return String.valueOf(property.apply("os.arch"));
  }

  private static String moduleName() {
    Module module = LibrarySearch.class.getModule();
    return module.isNamed() ? module.getName() : "ALL-UNNAMED";
  }
}
