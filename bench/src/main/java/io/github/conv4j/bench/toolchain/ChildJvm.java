package io.github.conv4j.bench.toolchain;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Runs a main class in a JVM of its own, on the class path of this one: what a process pays once,
 * and where its code and data happen to lie, then counts as often as there are JVMs.
 */
public final class ChildJvm {
  private static final String OWN_PROPERTIES = "conv4j.";
  private static final String ANSWER = "answer: ";

  private final Class<?> main;
  private final Path log;
  private final long longestSeconds;

  /**
   * Plans a run.
   *
   * @param log a file for what it prints
   */
  public ChildJvm(Class<?> main, Path log, long longestSeconds) {
    this.main = main;
    this.log = log;
    this.longestSeconds = longestSeconds;
  }

  /** Prints the answer that {@link #run} returns, on one line; called by the main class. */
  public static void answer(String text) {
    System.out.println(ANSWER + text);
  }

  /**
   * Runs it to its end.
   *
   * @param options for the JVM; conv4j's own properties are passed on before them
   * @throws IOException if there is no answer; tells what it printed instead
   */
  public String run(List<String> options, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    System.getProperties().stringPropertyNames().stream()
        .filter(name -> name.startsWith(OWN_PROPERTIES))
        .forEach(name -> command.add("-D" + name + "=" + System.getProperty(name)));
    command.addAll(options);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(longestSeconds, TimeUnit.SECONDS)) {
        throw new IOException(
            "a JVM with %s did not end within %d s"
                .formatted(main.getSimpleName(), longestSeconds));
      }
    } finally {
      process.destroyForcibly();
    }
    String text = Files.readString(log, StandardCharsets.UTF_8);
    return text.lines()
        .filter(line -> line.startsWith(ANSWER))
        .map(line -> line.substring(ANSWER.length()))
        .findFirst()
        .orElseThrow(
            () ->
                new IOException(
                    "a JVM with %s failed: %s".formatted(main.getSimpleName(), text.strip())));
  }
}
