package io.github.conv4j.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Runs a main class in a JVM of its own, with the class path, module path and flags of this one, so
 * that a crash there is a value here.
 */
public final class ChildJvm {
  /** {@code -Dconv4j.test.minutes=N} for campaigns that take longer. */
  private static final long LONGEST_MINUTES = Long.getLong("conv4j.test.minutes", 20);

  private ChildJvm() {}

  /**
   * How a child ended.
   *
   * @param exitCode above 128 where a signal ended it
   * @param output what it printed, standard output and error together
   */
  public record Outcome(int exitCode, String output) {
    /** Returns the last lines of the output. */
    public String tail(int lineCount) {
      List<String> lines = output.lines().toList();
      return String.join("\n", lines.subList(Math.max(0, lines.size() - lineCount), lines.size()));
    }
  }

  /**
   * Runs {@code main} and waits for its end; {@code extraFlags} come after the flags of this JVM.
   */
  public static Outcome run(Class<?> main, List<String> extraFlags, String... arguments) {
    return run(main, flag -> true, extraFlags, arguments);
  }

  /** Runs a main class with those flags of this JVM that {@code inherited} takes, and more. */
  public static Outcome run(
      Class<?> main, Predicate<String> inherited, List<String> extraFlags, String... arguments) {
    return run(main, inherited, Map.of(), extraFlags, arguments);
  }

  /** Runs a main class with more variables of the environment than this JVM has. */
  public static Outcome run(
      Class<?> main,
      Predicate<String> inherited,
      Map<String, String> environment,
      List<String> extraFlags,
      String... arguments) {
    @Nullable Path folder = null;
    try {
      folder = Files.createTempDirectory("conv4j-child");
      Path output = folder.resolve("output.txt");
      ProcessBuilder builder =
          new ProcessBuilder(command(folder, main, inherited, extraFlags, arguments))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile());
      builder.environment().putAll(environment);
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(LONGEST_MINUTES, TimeUnit.MINUTES)) {
        process.destroyForcibly().waitFor();
      }
      return new Outcome(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new AssertionError("cannot run " + main, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted while " + main + " ran", e);
    } finally {
      delete(folder);
    }
  }

  private static List<String> command(
      Path folder,
      Class<?> main,
      Predicate<String> inherited,
      List<String> extraFlags,
      String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    for (String flag : ManagementFactory.getRuntimeMXBean().getInputArguments()) {
      boolean forThisJvmOnly = flag.startsWith("-agentlib") || flag.startsWith("-javaagent");
      boolean replaced = isCollector(flag) && extraFlags.stream().anyMatch(ChildJvm::isCollector);
      if (!forThisJvmOnly && !replaced && inherited.test(flag)) {
        command.add(flag);
      }
    }
    command.add("-XX:-CreateCoredumpOnCrash");
    // What the JVM says of a crash goes to the output; the file goes with the folder.
    command.add("-XX:ErrorFile=" + folder.resolve("crash.log"));
    command.addAll(extraFlags);
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add(main.getName());
    command.addAll(List.of(arguments));
    return command;
  }

  /** A JVM does not start with two of them. */
  private static boolean isCollector(String flag) {
    return flag.matches("-XX:\\+Use\\w+GC");
  }

  private static void delete(@Nullable Path folder) {
    if (folder == null) {
      return;
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.deleteIfExists(file);
      }
      Files.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot delete " + folder, e);
    }
  }
}
