package io.github.conv4j.bench.toolchain;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A C compiler.
 *
 * @param program that is run
 */
public record CCompiler(Path program) {
  private static final List<String> NAMES = List.of("cc", "gcc", "clang");
  private static final long LONGEST_SECONDS = 60;

  /** Finds the one that the variable CC names if it can be run, else the first on the path. */
  public static Optional<CCompiler> find(Map<String, String> environment) {
    Stream<String> wanted = Stream.of(environment.getOrDefault("CC", "")).filter(s -> !s.isBlank());
    return Stream.concat(wanted, NAMES.stream())
        .flatMap(name -> onPath(name, environment))
        .findFirst()
        .map(CCompiler::new);
  }

  private static Stream<Path> onPath(String name, Map<String, String> environment) {
    try {
      if (Path.of(name).isAbsolute()) {
        return Stream.of(Path.of(name)).filter(CCompiler::isProgram);
      }
      return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator, -1))
          .filter(folder -> !folder.isEmpty())
          .map(folder -> Path.of(folder, name))
          .filter(CCompiler::isProgram);
    } catch (InvalidPathException _) {
      return Stream.empty();
    }
  }

  private static boolean isProgram(Path path) {
    return Files.isRegularFile(path) && Files.isExecutable(path);
  }

  /**
   * Runs it.
   *
   * @param log a file for what it prints
   * @return what is wrong, in one sentence; empty if it succeeded
   */
  public Optional<String> run(Path log, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(program.toString());
    command.addAll(arguments);
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
        return Optional.of("it did not end within " + LONGEST_SECONDS + " s");
      }
    } finally {
      process.destroyForcibly();
    }
    return process.exitValue() == 0 ? Optional.empty() : Optional.of(firstError(log));
  }

  private static String firstError(Path log) throws IOException {
    List<String> lines = Files.readString(log, StandardCharsets.UTF_8).lines().toList();
    return lines.stream()
        .filter(line -> line.contains("error"))
        .findFirst()
        .orElse(lines.isEmpty() ? "it gives no reason" : lines.getFirst());
  }
}
