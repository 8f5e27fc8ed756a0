package io.github.conv4j.bench.cli;

import io.github.conv4j.FpmathMode;
import io.github.conv4j.Requantization;
import io.github.conv4j.networks.NetworkOptions;
import io.github.conv4j.problem.Problem;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code --fpmath} and {@code --requantization} do to problems and networks. */
final class PermissionOptions {
  @Option(
      names = "--fpmath",
      paramLabel = "MODE",
      description = {
        "bf16: f32 may be multiplied as bf16, where the CPU gains by it; strict: it may not. What",
        "the line says if left out, in networks strict."
      })
  private @Nullable FpmathMode fpmathMode;

  @Option(
      names = "--requantization",
      paramLabel = "MODE",
      description = {
        "fused: kernels that sum bytes may make outputs of the sums, whose bytes may be the other",
        "neighbour near the middle between two; exact: they may not. What the line says if left",
        "out, in networks fused."
      })
  private @Nullable Requantization requantization;

  /** Returns the problem with what is given, which replaces what the line says. */
  Problem apply(Problem problem) {
    Problem permitted = fpmathMode == null ? problem : problem.withFpmathMode(fpmathMode);
    return requantization == null ? permitted : permitted.withRequantization(requantization);
  }

  /** Returns what is given, strict otherwise. */
  FpmathMode fpmathMode() {
    return fpmathMode == null ? FpmathMode.STRICT : fpmathMode;
  }

  /** Returns what is given, exact otherwise. */
  Requantization requantization() {
    return requantization == null ? Requantization.EXACT : requantization;
  }

  /** Returns options of a network. */
  NetworkOptions ofNetwork() {
    NetworkOptions options = NetworkOptions.defaults().withFpmathMode(fpmathMode());
    return requantization == null ? options : options.withRequantization(requantization);
  }
}
