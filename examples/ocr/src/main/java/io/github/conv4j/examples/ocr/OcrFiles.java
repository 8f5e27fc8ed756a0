package io.github.conv4j.examples.ocr;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The networks of PP-OCR and their alphabet.
 *
 * @param detector marks the pixels of text
 * @param classifier tells which lines stand on their heads
 * @param recognizer reads lines
 * @param keys the recognizer's characters
 */
public record OcrFiles(Path detector, Path classifier, Path recognizer, Path keys) {
  /** Names the folder that the build unpacks them into. */
  public static final String PROPERTY = "conv4j.ocr";

  /**
   * Finds the files.
   *
   * @throws IllegalArgumentException if one is missing; says which
   */
  public static OcrFiles in(Path folder) {
    OcrFiles files = named(folder);
    for (Path file : List.of(files.detector, files.classifier, files.recognizer, files.keys)) {
      if (!Files.isRegularFile(file)) {
        throw new IllegalArgumentException(
            "there is no file '%s': name the folder with the networks of PP-OCR".formatted(file));
      }
    }
    return files;
  }

  /**
   * Finds those of the files that a folder has; the others are as they are here.
   *
   * @throws IllegalArgumentException if the folder has none of the networks
   */
  public OcrFiles replacedBy(Path folder) {
    OcrFiles others = named(folder);
    List<Path> networks = List.of(others.detector, others.classifier, others.recognizer);
    if (networks.stream().noneMatch(Files::isRegularFile)) {
      throw new IllegalArgumentException(
          "the folder '%s' has none of the networks: name them %s"
              .formatted(
                  folder,
                  networks.stream()
                      .map(file -> String.valueOf(file.getFileName()))
                      .collect(Collectors.joining(", "))));
    }
    return new OcrFiles(
        existing(others.detector, detector),
        existing(others.classifier, classifier),
        existing(others.recognizer, recognizer),
        keys);
  }

  private static Path existing(Path file, Path other) {
    return Files.isRegularFile(file) ? file : other;
  }

  private static OcrFiles named(Path folder) {
    return new OcrFiles(
        folder.resolve("ch_PP-OCRv4_det_infer.onnx"),
        folder.resolve("ch_ppocr_mobile_v2.0_cls_infer.onnx"),
        folder.resolve("ch_PP-OCRv4_rec_infer.onnx"),
        folder.resolve("ppocr_keys_v1.txt"));
  }
}
