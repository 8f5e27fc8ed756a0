package io.github.conv4j.bench.overhead;

import io.github.conv4j.bench.toolchain.CCompiler;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Compiles the C program where that is possible. */
final class FloorCompiler {
  static final String NO_COMPILER =
      "no C compiler was found, so calls are not compared with C: install gcc or clang, or name one"
          + " in the environment variable CC";

  private static final List<String> HEADERS =
      List.of(
          "dnnl.h",
          "dnnl_common.h",
          "dnnl_common_types.h",
          "dnnl_config.h",
          "dnnl_types.h",
          "dnnl_version.h");

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
    Optional<CCompiler> compiler = CCompiler.find(environment);
    if (compiler.isEmpty()) {
      return new Result.Absent(NO_COMPILER);
    }
    Path source = folder.resolve("floor.c");
    Path program = folder.resolve("floor");
    Path include = folder.resolve("include");
    copy(FloorCompiler.class.getResourceAsStream("floor.c"), "floor.c", source);
    copyHeaders(include);
    Path command = compiler.get().program();
    return compiler
        .get()
        .run(
            folder.resolve("compiler.log"),
            List.of(
                "-O2",
                "-I",
                include.toString(),
                "-o",
                program.toString(),
                source.toString(),
                "-ldl"))
        .<Result>map(reason -> absent(command, reason))
        .orElseGet(() -> new Result.Compiled(program, command.toString()));
  }

  private static Result absent(Path compiler, String reason) {
    return new Result.Absent(
        "%s cannot compile the C program, so calls are not compared with C: %s"
            .formatted(compiler, reason));
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
