package io.github.conv4j.bench.cli;

import io.github.conv4j.FpmathMode;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.problem.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code --fpmath} does to problems and networks. */
final class FpmathOption {
  @Option(
      names = "--fpmath",
      paramLabel = "MODE",
      description = {
        "bf16: f32 may be multiplied as bf16, where the CPU gains by it; strict: it may not. What",
        "the line says if left out, in networks strict."
      })
  private @Nullable FpmathMode mode;

  /** Returns the problem with what is given, which replaces what the line says. */
  Problem apply(Problem problem) {
    return mode == null ? problem : problem.withFpmathMode(mode);
  }

  /** Returns what is given, strict otherwise. */
  FpmathMode mode() {
    return mode == null ? FpmathMode.STRICT : mode;
  }

  /** Returns options of a network. */
  NetworkOptions ofNetwork() {
    return NetworkOptions.defaults().withFpmathMode(mode());
  }
}
