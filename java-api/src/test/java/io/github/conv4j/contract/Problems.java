package io.github.conv4j.contract;

import io.github.conv4j.problem.Problem;
import io.github.conv4j.validation.RandomProblems;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** The problems that every engine is tried on. */
public final class Problems {
  /** Of all random draws in tests; {@code -Dconv4j.test.seed} sets it. */
  public static final long SEED = Long.getLong("conv4j.test.seed", 20_250_101L);

  private Problems() {}

  /** Returns the curated problems, one a line of the resource; {@code #} starts a comment. */
  public static List<Problem> hazards(boolean transposed) {
    String resource = transposed ? "hazards-transposed.txt" : "hazards.txt";
    List<Problem> problems = new ArrayList<>();
    try (InputStream stream =
        Objects.requireNonNull(Problems.class.getResourceAsStream(resource), resource)) {
      String content = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      for (String text : content.lines().map(String::strip).toList()) {
        if (!text.isEmpty() && !text.startsWith("#")) {
          problems.add(transposed ? Problem.parseTransposed(text) : Problem.parse(text));
        }
      }
    } catch (IOException e) {
      throw new AssertionError(resource, e);
    }
    return problems;
  }

  /** Returns random problems, the same ones for a seed and a count. */
  public static List<Problem> random(boolean transposed, int count) {
    return new RandomProblems(SEED, transposed).take(count);
  }
}
