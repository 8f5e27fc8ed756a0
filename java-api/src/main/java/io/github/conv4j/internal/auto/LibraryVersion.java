package io.github.conv4j.internal.auto;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;

/** The version of this library, where it was packaged. */
final class LibraryVersion {
  /** Where Maven leaves a module's coordinates in its jar. */
  private static final String COORDINATES =
      "/META-INF/maven/io.github.conv4j/conv4j-api/pom.properties";

  private static final String TEXT = read();

  private LibraryVersion() {}

  static String text() {
    return TEXT;
  }

  private static String read() {
    try (InputStream in = LibraryVersion.class.getResourceAsStream(COORDINATES)) {
      if (in != null) {
        var coordinates = new Properties();
        coordinates.load(in);
        return coordinates.getProperty("version", "of unknown version");
      }
    } catch (IOException | IllegalArgumentException e) {
      // An unreadable jar entry only makes the key less telling.
    }
    return "from sources";
  }
}
