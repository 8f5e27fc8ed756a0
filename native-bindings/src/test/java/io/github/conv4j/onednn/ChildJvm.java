package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Engines;
import io.github.conv4j.onednn.generated.dnnl_h;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URI;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Starts {@link LoadReport}, or another main class of the tests, in a process of its own, since a
 * process loads the library only once. The folders that a user has are below a folder of the test.
 */
final class ChildJvm {

  private static final NativePlatform PLATFORM =
      NativePlatform.of(System.getProperty("os.name"), System.getProperty("os.arch")).orElseThrow();

  private static final String PACKAGE = Path.of("/io", "github", "conv4j").toString();

  private final List<String> wrapper = new ArrayList<>();
  private final List<String> options = new ArrayList<>();
  private final Path home;
  private final Class<?> main;
  private boolean jar = true;
  private boolean nativeAccess = true;

  ChildJvm(Path home) {
    this(home, LoadReport.class);
  }

  ChildJvm(Path home, Class<?> main) {
    this.home = home;
    this.main = main;
  }

  ChildJvm option(String option) {
    options.add(option);
    return this;
  }

  ChildJvm withoutJar() {
    jar = false;
    return this;
  }

  ChildJvm withoutNativeAccess() {
    nativeAccess = false;
    return this;
  }

  /** Runs the process by a shell script, which gets the command as its arguments. */
  ChildJvm wrapped(String... command) {
    wrapper.addAll(List.of(command));
    return this;
  }

  Process start() throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    if (nativeAccess) {
      command.add("--enable-native-access=ALL-UNNAMED");
    }
    command.add("-Duser.home=" + home.resolve("home"));
    command.add("-Djava.io.tmpdir=" + home.resolve("tmp"));
    command.addAll(options);
    command.add("-cp");
    command.add(classPath());
    command.add(main.getName());
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().remove("XDG_CACHE_HOME");
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    return builder.start();
  }

  /** Everything the process printed; fails if it did not end well. */
  String run() throws Exception {
    String output = output(start());
    if (nativeAccess && main == LoadReport.class) {
      assertThat(output).contains("constant 17", "struct 16");
    }
    return output;
  }

  static String output(Process process) throws Exception {
    try (InputStream in = process.getInputStream()) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).as(text).isZero();
      return text;
    } finally {
      process.destroyForcibly();
    }
  }

  /** The jar with the native library. */
  static Path jarFile() throws Exception {
    return root(resource(PLATFORM.resourceName(PLATFORM.libraryName())));
  }

  private String classPath() throws IOException {
    Stream<String> roots =
        Stream.of(Engines.class, NativeLibrary.class, dnnl_h.class, LoadReport.class)
            .map(type -> root(type.getResource(type.getSimpleName() + ".class")).toString());
    // A resource that only the main classes have: package folders exist in the test classes too.
    Stream<String> resources =
        Stream.of("bundled-libraries.properties")
            .map(name -> root(NativeLibrary.class.getResource(name)))
            .map(Path::toString);
    Stream<String> jars =
        jar
            ? Stream.of(root(resource(PLATFORM.resourceName(PLATFORM.libraryName()))).toString())
            : Stream.empty();
    return Stream.of(roots, resources, jars)
        .flatMap(entries -> entries)
        .distinct()
        .collect(Collectors.joining(File.pathSeparator));
  }

  private static URL resource(String name) {
    return ChildJvm.class.getClassLoader().getResource(name);
  }

  /** The jar or folder that a class or resource was found in. */
  private static Path root(URL found) {
    try {
      URLConnection connection = found.openConnection();
      if (connection instanceof JarURLConnection inJar) {
        return Path.of(inJar.getJarFileURL().toURI());
      }
      String path = Path.of(URI.create(found.toString())).toString();
      // What is looked for is in io/github/conv4j or below.
      return Path.of(path.substring(0, path.lastIndexOf(PACKAGE)));
    } catch (Exception e) {
      throw new IllegalStateException("no class path entry for " + found, e);
    }
  }
}
