package io.github.conv4j.bench.limits;

import io.github.conv4j.bench.toolchain.CCompiler;
import io.github.conv4j.bench.toolchain.TemporaryFolder;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/** A C program, compiled for this machine, that measures its limits. */
public final class LimitsProgram implements AutoCloseable {
  /** What is said where there is no compiler. */
  static final String NO_COMPILER =
      "no C compiler was found to measure the limits of the machine: install gcc or clang, or name"
          + " one in the environment variable CC";

  private static final long LONGEST_SECONDS = 120;
  private static final List<String> FOR_THIS_MACHINE = List.of("-march=native", "-mcpu=native");

  private final TemporaryFolder folder;
  private final Path program;
  private final String source;

  private LimitsProgram(TemporaryFolder folder, Path program, String source) {
    this.folder = folder;
    this.program = program;
    this.source = source;
  }

  /** Measures, once; a failure is told in {@link Limits#source}. */
  public static Limits measure(Map<String, String> environment, List<Integer> threads)
      throws InterruptedException {
    try (LimitsProgram compiled = compile(environment)) {
      return compiled.measure(threads);
    } catch (IOException e) {
      return Limits.unknown(String.valueOf(e.getMessage()));
    }
  }

  /**
   * Compiles it.
   *
   * @throws IOException if there is no compiler, or it fails; says why
   */
  static LimitsProgram compile(Map<String, String> environment)
      throws IOException, InterruptedException {
    CCompiler compiler =
        CCompiler.find(environment).orElseThrow(() -> new IOException(NO_COMPILER));
    var folder = new TemporaryFolder();
    try {
      Path code = folder.path().resolve("limits.c");
      Path program = folder.path().resolve("limits");
      try (InputStream in = LimitsProgram.class.getResourceAsStream("limits.c")) {
        if (in == null) {
          throw new FileNotFoundException("limits.c is missing on the class path");
        }
        Files.copy(in, code);
      }
      Optional<String> failure = Optional.empty();
      for (String target : FOR_THIS_MACHINE) {
        List<String> arguments =
            List.of("-O3", target, "-pthread", "-o", program.toString(), code.toString());
        failure = compiler.run(folder.path().resolve("compiler.log"), arguments);
        if (failure.isEmpty()) {
          String source =
              "a C program, compiled by %s -O3 %s".formatted(compiler.program(), target);
          return new LimitsProgram(folder, program, source);
        }
      }
      throw new IOException(
          "%s cannot compile the program that measures the limits of the machine: %s"
              .formatted(compiler.program(), failure.orElse("")));
    } catch (IOException | InterruptedException | RuntimeException e) {
      folder.close();
      throw e;
    }
  }

  /** Runs it for each of some numbers of threads. */
  Limits measure(List<Integer> threads) throws IOException, InterruptedException {
    List<Ceiling> ceilings = new ArrayList<>();
    for (int count : new TreeSet<>(threads)) {
      ceilings.add(parse(count, run(count)));
    }
    return new Limits(source, true, ceilings);
  }

  private List<String> run(int threads) throws IOException, InterruptedException {
    Path log = folder.path().resolve("limits.log");
    Process process =
        new ProcessBuilder(program.toString(), String.valueOf(threads))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      if (!process.waitFor(LONGEST_SECONDS, TimeUnit.SECONDS)) {
        throw new IOException(
            "measuring the limits of the machine did not end within " + LONGEST_SECONDS + " s");
      }
    } finally {
      process.destroyForcibly();
    }
    List<String> lines = Files.readString(log, StandardCharsets.UTF_8).lines().toList();
    if (process.exitValue() != 0) {
      throw new IOException("measuring the limits of the machine failed: " + lines);
    }
    return lines;
  }

  static Ceiling parse(int threads, List<String> lines) throws IOException {
    Map<String, Double> peaks = new HashMap<>();
    Map<Long, Double> read = new TreeMap<>();
    Map<Long, Double> triad = new TreeMap<>();
    try {
      for (String line : lines) {
        String[] words = line.split(" ", -1);
        double figure = Double.parseDouble(words[words.length - 1]);
        switch (words[0]) {
          case "read" -> read.put(Long.parseLong(words[1]), figure);
          case "triad" -> triad.put(Long.parseLong(words[1]), figure);
          default -> peaks.put(words[0], figure);
        }
      }
    } catch (IllegalArgumentException | ArrayIndexOutOfBoundsException e) {
      throw new IOException("the limits of the machine cannot be read: " + lines, e);
    }
    List<Bandwidth> bandwidths = new ArrayList<>();
    read.forEach(
        (bytes, rate) ->
            bandwidths.add(new Bandwidth(bytes, rate, triad.getOrDefault(bytes, 0.0))));
    return new Ceiling(
        threads,
        peaks.getOrDefault("f32", 0.0),
        peaks.getOrDefault("bf16", 0.0),
        peaks.getOrDefault("int8", 0.0),
        bandwidths);
  }

  @Override
  public void close() {
    folder.close();
  }
}
