package io.github.conv4j.examples.ocr;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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
    var files =
        new OcrFiles(
            folder.resolve("ch_PP-OCRv4_det_infer.onnx"),
            folder.resolve("ch_ppocr_mobile_v2.0_cls_infer.onnx"),
            folder.resolve("ch_PP-OCRv4_rec_infer.onnx"),
            folder.resolve("ppocr_keys_v1.txt"));
    for (Path file : List.of(files.detector, files.classifier, files.recognizer, files.keys)) {
      if (!Files.isRegularFile(file)) {
        throw new IllegalArgumentException(
            "there is no file '%s': name the folder with the networks of PP-OCR".formatted(file));
      }
    }
    return files;
  }
}
