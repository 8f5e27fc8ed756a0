package io.github.conv4j.onednn;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The folders in which an extracted library may be kept, the best first. */
final class CacheFolders {

  private static final String NAME = "conv4j";

  private CacheFolders() {}

  /**
   * The folder of the property; the user's cache folder by the platform's custom; the folder for
   * temporary files, where a name with the user in it keeps two users out of each other's way.
   */
  static List<Path> candidates(
      NativePlatform platform,
      Function<String, @Nullable String> property,
      Function<String, @Nullable String> environment) {
    List<Path> folders = new ArrayList<>();
    add(folders, property.apply(NativeLibrary.CACHE_PROPERTY));
    String home = property.apply("user.home");
    if (platform.isWindows()) {
      add(folders, environment.apply("LOCALAPPDATA"), NAME, "cache");
    } else if (platform.isMac()) {
      add(folders, home, "Library", "Caches", NAME);
    } else {
      String configured = environment.apply("XDG_CACHE_HOME");
      // The XDG specification says that a relative path is invalid and to be ignored.
      if (configured != null && Path.of(configured).isAbsolute()) {
        add(folders, configured, NAME);
      }
      add(folders, home, ".cache", NAME);
    }
    add(folders, property.apply("java.io.tmpdir"), NAME + "-" + userName(property));
    return folders.stream().distinct().toList();
  }

  private static void add(List<Path> folders, @Nullable String first, String... more) {
    // "?" is what the JVM reports for a user without a home folder.
    if (first != null && !first.isBlank() && !first.equals("?")) {
      folders.add(Path.of(first, more).toAbsolutePath());
    }
  }

  private static String userName(Function<String, @Nullable String> property) {
    String name = property.apply("user.name");
    return name == null ? "user" : name.replaceAll("[^A-Za-z0-9._-]", "_");
  }
}
