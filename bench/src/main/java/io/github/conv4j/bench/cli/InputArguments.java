package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.tensor.NpyFile;
import io.github.conv4j.bench.tensor.RandomTensor;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.examples.ocr.Normalization;
import io.github.conv4j.examples.ocr.PictureTensor;
import io.github.conv4j.examples.ocr.Pixels;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.ValueInfo;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How tensors of a network's inputs are made of files. */
final class InputArguments {
  @Option(
      names = "--dims",
      paramLabel = "NAME=1x3x480x480",
      description = "Of an input whose dimensions the file leaves open; may be repeated.")
  private Map<String, String> dims = new LinkedHashMap<>();

  @Option(
      names = "--scale",
      paramLabel = "X",
      description = "For pictures: what levels from 0 to 255 are multiplied by; 1/255 if left out.")
  private double scale = Normalization.UNIT.scale();

  @Option(
      names = "--mean",
      split = ",",
      paramLabel = "X",
      description =
          "For pictures: what is subtracted then, of each channel or of all; 0 if left out.")
  private List<Double> means = List.of(0.0);

  @Option(
      names = "--std",
      split = ",",
      paramLabel = "X",
      description = "For pictures: what is divided by then; 1 if left out.")
  private List<Double> deviations = List.of(1.0);

  @Option(names = "--threads", paramLabel = "N", description = "Of the engine; all if left out.")
  private @Nullable Integer threads;

  /** Returns options of an engine. */
  EngineOptions options() {
    EngineOptions defaults = EngineOptions.defaults();
    return threads == null ? defaults : defaults.withThreads(threads);
  }

  /** Returns a tensor by chance. */
  Constant random(ValueInfo input, long seed) {
    return RandomTensor.of(type(input), closed(input), seed);
  }

  /**
   * Reads a tensor: an array, or a picture.
   *
   * @throws IllegalArgumentException if it cannot be read or does not fit; says what to give
   */
  Constant read(ValueInfo input, Path file) {
    if (isArray(file)) {
      return fitting(input, type(input), file, NpyFile.read(file));
    }
    var normalization =
        new Normalization(
            scale,
            means.stream().mapToDouble(x -> x).toArray(),
            deviations.stream().mapToDouble(x -> x).toArray());
    return PictureTensor.of(Pixels.read(file), type(input), dims(input), normalization);
  }

  /** Whether a file is an array rather than a picture. */
  static boolean isArray(Path file) {
    return file.toString().toLowerCase(Locale.ROOT).endsWith(".npy");
  }

  private static ElementType type(ValueInfo input) {
    return Objects.requireNonNullElse(input.type(), ElementType.FLOAT);
  }

  /**
   * Checks that the inputs that are named exist.
   *
   * @throws IllegalArgumentException if not; says which there are
   */
  void requireKnown(List<ValueInfo> inputs) {
    requireKnown(inputs, "--dims", dims);
  }

  /** Checks that the inputs that an option names exist. */
  static void requireKnown(List<ValueInfo> inputs, String option, Map<String, ?> given) {
    for (String name : given.keySet()) {
      if (inputs.stream().noneMatch(input -> input.name().equals(name))) {
        throw new IllegalArgumentException(
            "%s names '%s', but the network has no such input: there are %s"
                .formatted(
                    option,
                    name,
                    inputs.stream().map(ValueInfo::toString).collect(Collectors.joining(", "))));
      }
    }
  }

  private static Constant fitting(ValueInfo input, ElementType type, Path file, Constant tensor) {
    if (tensor.type() != type) {
      throw new IllegalArgumentException(
          "input %s takes %s, but '%s' holds %s".formatted(input, type, file, tensor));
    }
    return tensor;
  }

  /** Returns the dims of an input; -1 where they are open. */
  private long[] dims(ValueInfo input) {
    String given = dims.get(input.name());
    if (given != null) {
      return parsed(input.name(), given);
    }
    List<Dim> told = input.dims();
    if (told == null) {
      return new long[0];
    }
    return told.stream()
        .mapToLong(dim -> dim instanceof Dim.Fixed(long size) ? size : -1)
        .toArray();
  }

  private long[] closed(ValueInfo input) {
    long[] all = dims(input);
    boolean open = input.dims() == null && !dims.containsKey(input.name());
    if (open || Arrays.stream(all).anyMatch(dim -> dim < 0)) {
      throw new IllegalArgumentException(
          "input %s leaves dimensions open: give them, for example --dims %s=%s"
              .formatted(input, input.name(), example(all)));
    }
    return all;
  }

  /** Numbers that a picture could have, where they are open. */
  private static String example(long[] dims) {
    String[] texts = new String[dims.length == 0 ? 4 : dims.length];
    for (int i = 0; i < texts.length; i++) {
      boolean open = dims.length == 0 || dims[i] < 0;
      String likely =
          switch (i) {
            case 0 -> "1";
            case 1 -> "3";
            default -> "224";
          };
      texts[i] = open ? likely : Long.toString(dims[i]);
    }
    return String.join("x", texts);
  }

  private static long[] parsed(String name, String text) {
    try {
      long[] dims = Arrays.stream(text.split("x", -1)).mapToLong(Long::parseLong).toArray();
      if (Arrays.stream(dims).allMatch(dim -> dim > 0)) {
        return dims;
      }
    } catch (NumberFormatException _) {
      // Says the same below.
    }
    throw new IllegalArgumentException(
        "--dims %s=%s must be positive numbers joined by x, for example 1x3x224x224"
            .formatted(name, text));
  }
}
