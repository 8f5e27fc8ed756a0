package io.github.conv4j.examples.ocr;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OcrFilesTest {
  @Test
  void takesFromAnotherFolderWhatItHas(@TempDir Path folder) throws IOException {
    OcrFiles files =
        new OcrFiles(Path.of("det"), Path.of("cls"), Path.of("rec"), Path.of("keys.txt"));

    assertThatThrownBy(() -> files.replacedBy(folder))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("ch_PP-OCRv4_rec_infer.onnx");

    Path other = Files.createFile(folder.resolve("ch_PP-OCRv4_rec_infer.onnx"));
    assertThat(files.replacedBy(folder))
        .isEqualTo(new OcrFiles(files.detector(), files.classifier(), other, files.keys()));
  }
}
