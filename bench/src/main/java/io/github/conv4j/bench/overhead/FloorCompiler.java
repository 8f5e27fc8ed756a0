package io.github.conv4j.bench.overhead;

import java.io.File;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compiles the C program where that is possible. */
final class FloorCompiler {
  static final String NO_COMPILER =
      "no C compiler was found, so calls are not compared with C: install gcc or clang, or name one"
          + " in the environment variable CC";

  private static final List<String> NAMES = List.of("cc", "gcc", "clang");
  private static final List<String> HEADERS =
      List.of(
          "dnnl.h",
          "dnnl_common.h",
          "dnnl_common_types.h",
          "dnnl_config.h",
          "dnnl_types.h",
          "dnnl_version.h");
  private static final long LONGEST_SECONDS = 60;

  private final Map<String, String> environment;

  FloorCompiler(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** What came of it. */
  sealed interface Result {
    /**
     * The program is there.
     *
     * @param compiler what made it, for people
     */
    record Compiled(Path program, String compiler) implements Result {}

    /**
     * There is no program.
     *
     * @param reason one sentence
     */
    record Absent(String reason) implements Result {}
  }

  /** Compiles into a folder. */
  Result compile(Path folder) throws IOException, InterruptedException {
    Optional<Path> compiler = find();
    if (compiler.isEmpty()) {
      return new Result.Absent(NO_COMPILER);
    }
    Path source = folder.resolve("floor.c");
    Path program = folder.resolve("floor");
    Path include = folder.resolve("include");
    copy(FloorCompiler.class.getResourceAsStream("floor.c"), "floor.c", source);
    copyHeaders(include);
    List<String> command =
        List.of(
            compiler.get().toString(),
            "-O2",
            "-I",
            include.toString(),
            "-o",
            program.toString(),
            source.toString(),
            "-ldl");
    Path log = folder.resolve("compiler.log");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
        return absent(compiler.get(), "it did not end within " + LONGEST_SECONDS + " s");
      }
    } finally {
      process.destroyForcibly();
    }
    return process.exitValue() == 0
        ? new Result.Compiled(program, compiler.get().toString())
        : absent(compiler.get(), firstError(log));
  }

  private static Result absent(Path compiler, String reason) {
    return new Result.Absent(
        "%s cannot compile the C program, so calls are not compared with C: %s"
            .formatted(compiler, reason));
  }

  private static String firstError(Path log) throws IOException {
    List<String> lines = Files.readString(log, StandardCharsets.UTF_8).lines().toList();
    return lines.stream()
        .filter(line -> line.contains("error"))
        .findFirst()
        .orElse(lines.isEmpty() ? "it gives no reason" : lines.getFirst());
  }

  /** The variable's compiler if it can be run, else the first on the path. */
  private Optional<Path> find() {
    Stream<String> wanted = Stream.of(environment.getOrDefault("CC", "")).filter(s -> !s.isBlank());
    return Stream.concat(wanted, NAMES.stream()).flatMap(this::onPath).findFirst();
  }

  private Stream<Path> onPath(String name) {
    try {
      if (Path.of(name).isAbsolute()) {
        return Stream.of(Path.of(name)).filter(FloorCompiler::isProgram);
      }
      return Stream.of(environment.getOrDefault("PATH", "").split(File.pathSeparator, -1))
          .filter(folder -> !folder.isEmpty())
          .map(folder -> Path.of(folder, name))
          .filter(FloorCompiler::isProgram);
    } catch (InvalidPathException _) {
      return Stream.empty();
    }
  }

  private static boolean isProgram(Path path) {
    return Files.isRegularFile(path) && Files.isExecutable(path);
  }

  /** From the jar with the library; without that jar, the system's headers must do. */
  private static void copyHeaders(Path include) throws IOException {
    String from = "/org/bytedeco/dnnl/" + platform() + "/include/oneapi/dnnl/";
    if (FloorCompiler.class.getResource(from + HEADERS.getFirst()) == null) {
      return;
    }
    Path to = Files.createDirectories(include.resolve("oneapi").resolve("dnnl"));
    for (String header : HEADERS) {
      copy(FloorCompiler.class.getResourceAsStream(from + header), header, to.resolve(header));
    }
  }

  private static String platform() {
    String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    String arch = System.getProperty("os.arch");
    return (os.startsWith("mac") ? "macosx-" : "linux-")
        + (arch.equals("aarch64") || arch.equals("arm64") ? "arm64" : "x86_64");
  }

  private static void copy(@Nullable InputStream from, String name, Path to) throws IOException {
    if (from == null) {
      throw new FileNotFoundException(name + " is missing on the class path");
    }
    try (from) {
      Files.copy(from, to);
    }
  }
}
