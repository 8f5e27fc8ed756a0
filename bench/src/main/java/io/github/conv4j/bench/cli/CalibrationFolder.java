package io.github.conv4j.bench.cli;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ValueInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Samples in a folder, in the order of their names: for a network of one input each array or
 * picture is one; for one of several each folder in it is, with a file for each input that has the
 * input's name.
 */
final class CalibrationFolder implements Iterable<Map<String, Constant>> {
  private static final Set<String> ENDINGS = Set.of("npy", "png", "jpg", "jpeg", "gif", "bmp");

  private final InputArguments arguments;
  private final List<ValueInfo> inputs;

  /** The file of each input, sample by sample. */
  private final List<Map<String, Path>> samples = new ArrayList<>();

  /**
   * Looks which samples there are.
   *
   * @param most of them are read at most
   * @throws IllegalArgumentException if there is none, or one lacks an input; says what to give
   */
  CalibrationFolder(Path folder, List<ValueInfo> inputs, InputArguments arguments, int most) {
    this.arguments = arguments;
    this.inputs = inputs;
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("there is no folder '%s'".formatted(folder));
    }
    arguments.requireKnown(inputs);
    for (Path each : children(folder)) {
      if (samples.size() == most) {
        break;
      }
      if (Files.isDirectory(each)) {
        samples.add(sample(each));
      } else if (inputs.size() == 1 && isTensor(each)) {
        samples.add(Map.of(inputs.getFirst().name(), each));
      }
    }
    if (samples.isEmpty()) {
      throw new IllegalArgumentException(
          inputs.size() == 1
              ? "the folder '%s' holds no sample: put arrays (.npy) or pictures into it"
                  .formatted(folder)
              : "the folder '%s' holds no sample: put folders into it, each with %s"
                  .formatted(folder, wanted()));
    }
  }

  private static List<Path> children(Path folder) {
    try (Stream<Path> children = Files.list(folder)) {
      return children.filter(child -> !name(child).startsWith(".")).sorted().toList();
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read the folder '%s'".formatted(folder), e);
    }
  }

  private static boolean isTensor(Path file) {
    String name = name(file);
    return ENDINGS.contains(name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT));
  }

  private static String stem(Path file) {
    return name(file).substring(0, name(file).lastIndexOf('.'));
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private Map<String, Path> sample(Path folder) {
    Map<String, Path> files = new LinkedHashMap<>();
    List<Path> children = children(folder);
    for (ValueInfo input : inputs) {
      String wanted = Folders.fileName(input.name());
      Path file =
          children.stream()
              .filter(child -> isTensor(child) && stem(child).equals(wanted))
              .findFirst()
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "the sample '%s' lacks input %s: give %s"
                              .formatted(folder, input, wanted())));
      files.put(input.name(), file);
    }
    return files;
  }

  private String wanted() {
    return String.join(
        ", ", inputs.stream().map(input -> Folders.fileName(input.name()) + ".npy").toList());
  }

  int size() {
    return samples.size();
  }

  /** Reads samples as they are asked for. */
  @Override
  public Iterator<Map<String, Constant>> iterator() {
    return samples.stream().map(this::read).iterator();
  }

  private Map<String, Constant> read(Map<String, Path> files) {
    Map<String, Constant> tensors = new LinkedHashMap<>();
    for (ValueInfo input : inputs) {
      tensors.put(
          input.name(), arguments.read(input, Objects.requireNonNull(files.get(input.name()))));
    }
    return tensors;
  }
}
