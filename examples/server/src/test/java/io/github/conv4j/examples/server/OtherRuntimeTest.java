package io.github.conv4j.examples.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.conv4j.examples.ocr.OcrFiles;
import io.github.conv4j.examples.ocr.PictureRunner;
import io.github.conv4j.examples.ocr.PictureRuntime;
import io.github.conv4j.examples.ocr.TextReader;
import java.awt.image.BufferedImage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OtherRuntimeTest {
  private static final List<String> TOLD = Collections.synchronizedList(new ArrayList<>());

  private final OcrFiles files =
      OcrFiles.in(Path.of(Objects.requireNonNull(System.getProperty(OcrFiles.PROPERTY))));

  @BeforeEach
  void forget() {
    TOLD.clear();
  }

  @Test
  void runsTheNetworksOfTheReader() {
    try (TextReader reader = OtherRuntime.reader("blank", files, 3)) {
      assertThat(reader.find(new BufferedImage(64, 32, BufferedImage.TYPE_INT_RGB))).isEmpty();
      assertThat(TOLD)
          .containsExactly(
              "open ch_PP-OCRv4_det_infer.onnx with 3",
              "open ch_ppocr_mobile_v2.0_cls_infer.onnx with 3",
              "open ch_PP-OCRv4_rec_infer.onnx with 3",
              "run");
    }
    assertThat(TOLD.stream().filter("close"::equals)).hasSize(3);
  }

  @Test
  void closesWhatWasOpenedIfALaterNetworkIsRefused() {
    var missing =
        new OcrFiles(files.detector(), Path.of("no.onnx"), files.recognizer(), files.keys());

    assertThatThrownBy(() -> OtherRuntime.reader("blank", missing, 1)).hasMessage("no.onnx");
    assertThat(TOLD).containsExactly("open ch_PP-OCRv4_det_infer.onnx with 1", "close");
  }

  @Test
  void namesThoseThatAreThere() {
    assertThatThrownBy(() -> OtherRuntime.reader("nobody", files, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("no runtime 'nobody' is on the class path; there are: blank");
  }

  /** Finds nothing in any picture. */
  public static final class Blank implements PictureRuntime {
    @Override
    public String name() {
      return "blank";
    }

    @Override
    public PictureRunner open(Path file, int threads) {
      if (file.equals(Path.of("no.onnx"))) {
        throw new IllegalArgumentException("no.onnx");
      }
      TOLD.add("open %s with %d".formatted(file.getFileName(), threads));
      return new PictureRunner() {
        @Override
        public Result run(float[] src, long[] dims) {
          TOLD.add("run");
          return new Result(new float[src.length / 3], List.of(1L, 1L, dims[2], dims[3]));
        }

        @Override
        public void close() {
          TOLD.add("close");
        }
      };
    }
  }
}
