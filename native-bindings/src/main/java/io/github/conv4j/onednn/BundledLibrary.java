package io.github.conv4j.onednn;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.lang.module.FindException;
import java.lang.module.ModuleFinder;
import java.lang.module.ModuleReader;
import java.lang.module.ModuleReference;
import java.lang.module.ResolvedModule;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The native library inside the platform's jar, with the sizes and digests that it must have. */
final class BundledLibrary {

  /** Name, size and SHA-256 of one file of the jar. */
  record Content(String fileName, long byteSize, String sha256) {
    Content {
      Objects.requireNonNull(fileName, "fileName");
      if (byteSize <= 0) {
        throw new IllegalArgumentException("byteSize must be positive, but is " + byteSize);
      }
      if (!sha256.matches("[0-9a-f]{64}")) {
        throw new IllegalArgumentException("sha256 must be 64 hex digits, but is " + sha256);
      }
    }
  }

  private static final String DIGESTS = "bundled-libraries.properties";

  private final NativePlatform platform;
  private final Content library;
  private final List<Content> companions;

  private BundledLibrary(NativePlatform platform, Content library, List<Content> companions) {
    this.platform = platform;
    this.library = library;
    this.companions = companions;
  }

  /** The library that conv4j was built for, with the pinned digests of {@code platform}. */
  static BundledLibrary of(NativePlatform platform) {
    Properties digests = new Properties();
    try (InputStream in = BundledLibrary.class.getResourceAsStream(DIGESTS)) {
      if (in == null) {
        throw new IllegalStateException(DIGESTS + " is missing beside " + BundledLibrary.class);
      }
      digests.load(in);
    } catch (IOException e) {
      throw new IllegalStateException(DIGESTS + " cannot be read", e);
    }
    return new BundledLibrary(
        platform,
        content(digests, platform, platform.libraryName()),
        platform.companions().stream().map(name -> content(digests, platform, name)).toList());
  }

  private static Content content(Properties digests, NativePlatform platform, String fileName) {
    String key = platform.classifier() + "/" + fileName;
    String value = digests.getProperty(key);
    if (value == null) {
      throw new IllegalStateException(DIGESTS + " has no line for " + key);
    }
    String[] parts = value.split(" ", -1);
    return new Content(fileName, Long.parseLong(parts[0]), parts[1]);
  }

  /** oneDNN's library. */
  Content library() {
    return library;
  }

  /** What oneDNN's library needs beside it, in loading order. */
  List<Content> companions() {
    return companions;
  }

  /** Companions, then the library: once the last file is there, all are. */
  List<Content> contents() {
    return Stream.concat(companions.stream(), Stream.of(library)).toList();
  }

  /** A folder name that differs whenever the library does. */
  String folderName() {
    return "onednn-" + platform.classifier() + "-" + library.sha256();
  }

  /** Whether the platform's jar is on the class path or on the module path. */
  boolean isPresent() {
    return BundledLibrary.class
                .getClassLoader()
                .getResource(platform.resourceName(library.fileName()))
            != null
        || moduleReference().isPresent();
  }

  /**
   * Opens a file of the platform's jar, found on the class path or on the module path.
   *
   * @throws FileNotFoundException if the jar is on neither
   */
  InputStream open(Content content) throws IOException {
    String name = platform.resourceName(content.fileName());
    InputStream fromClassPath = BundledLibrary.class.getClassLoader().getResourceAsStream(name);
    InputStream in = fromClassPath != null ? fromClassPath : fromModule(name);
    if (in == null) {
      throw new FileNotFoundException("no jar on the class path or module path contains " + name);
    }
    return in;
  }

  /**
   * Reads the jar as data. Nothing requires it as a module, so it is on the module path without
   * being resolved; resolving the one that the library comes from would fail, because that requires
   * Java bindings that are left out.
   */
  private @Nullable InputStream fromModule(String name) throws IOException {
    Optional<ModuleReference> reference = moduleReference();
    if (reference.isEmpty()) {
      return null;
    }
    ModuleReader reader = reference.get().open();
    Optional<InputStream> in;
    try {
      in = reader.open(name);
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
    if (in.isEmpty()) {
      reader.close();
      return null;
    }
    return new ClosingStream(in.get(), reader);
  }

  private Optional<ModuleReference> moduleReference() {
    return platform.moduleNames().stream()
        .flatMap(name -> moduleReference(name).stream())
        .findFirst();
  }

  private static Optional<ModuleReference> moduleReference(String name) {
    ModuleLayer layer = BundledLibrary.class.getModule().getLayer();
    if (layer != null) {
      Optional<ModuleReference> resolved =
          layer.configuration().findModule(name).map(ResolvedModule::reference);
      if (resolved.isPresent()) {
        return resolved;
      }
    }
    try {
      Path[] path =
          Stream.of(System.getProperty("jdk.module.path", "").split(File.pathSeparator, -1))
              .filter(entry -> !entry.isEmpty())
              .map(Path::of)
              .toArray(Path[]::new);
      return ModuleFinder.of(path).find(name);
    } catch (FindException | InvalidPathException e) {
      return Optional.empty();
    }
  }
}
