package io.github.conv4j.bench.cli;

import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ValueInfo;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What commands are told of a network's inputs. */
final class NetworkArguments {
  @Option(
      names = "--input",
      paramLabel = "NAME=FILE",
      description =
          "Of an input: an array in NumPy's format (.npy), or a picture; may be repeated.")
  private Map<String, Path> files = new LinkedHashMap<>();

  @Mixin private InputArguments each = new InputArguments();

  /** Returns options of an engine. */
  EngineOptions options() {
    return each.options();
  }

  /**
   * Returns a tensor for each input: of the files, by chance where there is none.
   *
   * @throws IllegalArgumentException if something is missing or does not fit; says what to give
   */
  Map<String, Constant> tensors(List<ValueInfo> inputs, long seed) {
    each.requireKnown(inputs);
    InputArguments.requireKnown(inputs, "--input", files);
    Map<String, Constant> tensors = new LinkedHashMap<>();
    long next = seed;
    for (ValueInfo input : inputs) {
      Path file = files.get(input.name());
      tensors.put(input.name(), file == null ? each.random(input, next) : each.read(input, file));
      next++;
    }
    return tensors;
  }

  /** Returns the inputs that no file was given for. */
  List<String> withoutFile(List<ValueInfo> inputs) {
    return inputs.stream().map(ValueInfo::name).filter(name -> !files.containsKey(name)).toList();
  }

  /**
   * Checks that there is a file for each input.
   *
   * @throws IllegalArgumentException if not; says what to give
   */
  void requireFiles(List<ValueInfo> inputs) {
    InputArguments.requireKnown(inputs, "--input", files);
    List<String> missing = withoutFile(inputs);
    if (!missing.isEmpty()) {
      throw new IllegalArgumentException(
          "give a file for each input: --input %s=photo.png or x.npy"
              .formatted(missing.getFirst()));
    }
  }
}
