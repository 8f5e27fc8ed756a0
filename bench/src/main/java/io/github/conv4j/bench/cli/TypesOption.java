package io.github.conv4j.bench.cli;

import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.Quantization;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What {@code --dt}, {@code --scales} and {@code --zero-points} do to problems. */
final class TypesOption {
  @Option(
      names = "--dt",
      paramLabel = "TYPES",
      description = "Types instead of those of the line, src:weights:dst, for example u8:s8:f32.")
  private @Nullable String types;

  @Option(
      names = "--scales",
      paramLabel = "LIST",
      description = "Scales, for example src:0.5+wei:0.25,0.125+dst:2; 1 where left out.")
  private @Nullable String scales;

  @Option(
      names = "--zero-points",
      paramLabel = "LIST",
      description = "Zero points, for example src:128+dst:-3; 0 where left out.")
  private @Nullable String zeroPoints;

  /** Returns what {@code --dt} says, or null. */
  @Nullable String types() {
    return types;
  }

  /** Tells whether scales or zero points are given. */
  boolean hasQuantization() {
    return scales != null || zeroPoints != null;
  }

  /** Throws {@link IllegalArgumentException} where scales or zero points cannot be read. */
  void requireReadable() {
    quantization();
  }

  private Quantization quantization() {
    return Quantization.parse(scales == null ? "" : scales, zeroPoints == null ? "" : zeroPoints);
  }

  /**
   * Returns the problem with what is given, which replaces what the line says.
   *
   * @throws IllegalArgumentException if an option cannot be read or does not fit the problem
   */
  Problem apply(Problem problem) {
    Quantization quantization =
        hasQuantization() ? quantization() : problem.convolution().quantization();
    return problem.withTypes(
        types == null ? problem.types() : ConvolutionTypes.parse(types), quantization);
  }
}
