package io.github.conv4j.bench.cli;

import java.io.IOException;
import java.io.InputStream;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class VersionLines implements IVersionProvider {
  /** Where Maven leaves a module's coordinates in its jar. */
  private static final String COORDINATES =
      "/META-INF/maven/io.github.conv4j/conv4j-bench/pom.properties";

  @Override
  public String[] getVersion() throws IOException {
    return new String[] {
      "conv4j " + version(),
      System.getProperty("java.vm.name") + " " + Runtime.version(),
      System.getProperty("os.name") + " " + System.getProperty("os.arch"),
    };
  }

  private static String version() throws IOException {
    try (InputStream in = VersionLines.class.getResourceAsStream(COORDINATES)) {
      if (in == null) {
        return "(from sources)";
      }
      var coordinates = new Properties();
      coordinates.load(in);
      return coordinates.getProperty("version");
    }
  }
}
