package io.github.conv4j.bench.cli;

import io.github.conv4j.problem.Problem;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.SequencedSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Reads problems from a file in benchdnn's batch syntax: words separated by white space, {@code #}
 * starting a comment, options holding for the problems after them.
 *
 * @see <a
 *     href="https://github.com/uxlfoundation/oneDNN/blob/main/tests/benchdnn/doc/knobs_common.md">
 *     benchdnn, common options</a>
 */
final class BatchFile {
  private static final int MOST_NESTED_FILES = 16;
  private static final Pattern WHITE_SPACE = Pattern.compile("\\s+");
  private static final Set<String> FORWARD = Set.of("FWD_B", "FWD_D", "FWD_I");

  private final List<Problem> problems = new ArrayList<>();
  private final SequencedSet<String> ignored = new LinkedHashSet<>();
  private final boolean startsTransposed;
  private boolean transposed;
  private long[] batchSizes = {0};

  private BatchFile(boolean transposed) {
    this.startsTransposed = transposed;
    this.transposed = transposed;
  }

  /**
   * Reads a file and the files that it names.
   *
   * @throws IllegalArgumentException if a file cannot be read, a problem is malformed, or an option
   *     asks for what conv4j does not compute; says in which line
   */
  static BatchFile read(Path file, boolean transposed) {
    var batch = new BatchFile(transposed);
    batch.readFile(file, 1);
    return batch;
  }

  /** Returns the problems in the order of the file. */
  List<Problem> problems() {
    return problems;
  }

  /** Returns the options that make no difference here. */
  SequencedSet<String> ignored() {
    return ignored;
  }

  private void readFile(Path file, int depth) {
    if (depth > MOST_NESTED_FILES) {
      throw new IllegalArgumentException(
          "%s: more than %d files name each other".formatted(file, MOST_NESTED_FILES));
    }
    int number = 0;
    for (String line : lines(file)) {
      number++;
      int comment = line.indexOf('#');
      String text = comment < 0 ? line : line.substring(0, comment);
      for (String word : WHITE_SPACE.split(text.strip(), -1)) {
        try {
          readWord(word, file, depth);
        } catch (NestedException e) {
          throw e;
        } catch (IllegalArgumentException e) {
          throw new NestedException("%s:%d: %s".formatted(file, number, e.getMessage()), e);
        }
      }
    }
  }

  /** Already says where. */
  private static final class NestedException extends IllegalArgumentException {
    private static final long serialVersionUID = 1;

    NestedException(String message, Throwable cause) {
      super(message, cause);
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (NoSuchFileException e) {
      throw new IllegalArgumentException("there is no file '%s'".formatted(file), e);
    } catch (MalformedInputException e) {
      throw new IllegalArgumentException("'%s' is not a text file".formatted(file), e);
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read '%s': %s".formatted(file, e.getMessage()), e);
    }
  }

  private void readWord(String word, Path file, int depth) {
    if (word.isEmpty()) {
      return;
    }
    if (!word.startsWith("--")) {
      addProblem(word);
      return;
    }
    int equals = word.indexOf('=');
    String name = equals < 0 ? word.substring(2) : word.substring(2, equals);
    String value = equals < 0 ? "" : word.substring(equals + 1);
    switch (name) {
      case "reset" -> reset();
      case "conv" -> transposed = false;
      case "deconv" -> transposed = true;
      case "mb" -> batchSizes = numbers(word, value);
      case "batch" -> readFile(file.resolveSibling(value), depth + 1);
      case "dir" ->
          requireEach(word, value, FORWARD.contains(value.toUpperCase(Locale.ROOT)), "forward");
      default -> readUnused(name, word, value);
    }
  }

  private void readUnused(String name, String word, String value) {
    if (name.equals("dt") || name.equals("cfg")) {
      boolean f32 = Arrays.stream(value.split("[,:]")).allMatch("f32"::equals);
      requireEach(word, value, f32 || value.isEmpty(), "f32");
    } else if (name.equals("alg")) {
      boolean direct = Set.of("direct", "auto", "").contains(value.toLowerCase(Locale.ROOT));
      requireEach(word, value, direct, "direct convolution");
    } else if (name.startsWith("attr-")) {
      requireEach(word, value, value.isEmpty(), "convolutions without attributes");
    } else {
      ignored.add("--" + name);
    }
  }

  private static void requireEach(String word, String value, boolean fits, String what) {
    if (!fits && !value.isEmpty()) {
      throw new IllegalArgumentException(
          "'%s' is not supported: conv4j verifies %s only".formatted(word, what));
    }
  }

  private void reset() {
    transposed = startsTransposed;
    batchSizes = new long[] {0};
  }

  private static long[] numbers(String word, String list) {
    try {
      return Arrays.stream(list.split(",")).mapToLong(Long::parseLong).toArray();
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("'%s' needs numbers".formatted(word), e);
    }
  }

  /** Batch size 0 leaves the problem's own. */
  private void addProblem(String line) {
    Problem problem = transposed ? Problem.parseTransposed(line) : Problem.parse(line);
    for (long batchSize : batchSizes) {
      problems.add(
          batchSize == 0
              ? problem
              : new Problem(
                  problem.convolution(),
                  problem.src().with(0, batchSize),
                  problem.name(),
                  problem.types()));
    }
  }
}
