package io.github.conv4j.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.examples.ocr.OcrFiles;
import io.github.conv4j.examples.ocr.PictureRuntime;
import io.github.conv4j.examples.ocr.Sign;
import io.github.conv4j.examples.ocr.TextLine;
import io.github.conv4j.examples.ocr.TextReader;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.ServiceLoader;
import org.junit.jupiter.api.Test;

class OnnxRuntimePicturesTest {
  @Test
  void readsTheSameTextAsConv4j() {
    OcrFiles files =
        OcrFiles.in(Path.of(Objects.requireNonNull(System.getProperty(OcrFiles.PROPERTY))));
    PictureRuntime runtime = ServiceLoader.load(PictureRuntime.class).iterator().next();
    BufferedImage sign = Sign.draw();
    try (Engine engine = Engines.named("onednn", EngineOptions.defaults());
        var ours = new TextReader(files, engine);
        var theirs =
            new TextReader(
                runtime.open(files.detector(), 2),
                runtime.open(files.classifier(), 2),
                runtime.open(files.recognizer(), 2),
                files.keys())) {
      assertThat(runtime.name()).isEqualTo("onnxruntime");
      assertThat(texts(theirs, sign)).hasSameSizeAs(Sign.LINES).isEqualTo(texts(ours, sign));
    }
  }

  private static List<String> texts(TextReader reader, BufferedImage image) {
    return reader.read(image, _ -> {}, () -> {}).stream().map(TextLine::text).toList();
  }
}
