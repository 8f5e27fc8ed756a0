package io.github.conv4j.bench.cli;

import io.github.conv4j.PostOps;
import io.github.conv4j.problem.Problem;
import org.jspecify.annotations.Nullable;

/** What {@code --post-ops} does to problems: it replaces those of the line. */
final class PostOpsOption {
  private PostOpsOption() {}

  /** Throws {@link IllegalArgumentException} where the option cannot be read. */
  static void requireReadable(@Nullable String option) {
    if (option != null) {
      PostOps.parse(option);
    }
  }

  static Problem apply(@Nullable String option, Problem problem) {
    return option == null ? problem : problem.withPostOps(PostOps.parse(option));
  }
}
