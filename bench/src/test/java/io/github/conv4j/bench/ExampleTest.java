package io.github.conv4j.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.examples.ocr.OcrFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Programs of the documentation, in JVMs of their own. */
@Execution(ExecutionMode.CONCURRENT)
class ExampleTest {
  /** As the README tells people to start it. */
  @Test
  void runsANetwork() throws IOException, InterruptedException {
    String models = Objects.requireNonNull(System.getProperty(OcrFiles.PROPERTY));
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                Path.of("..", "docs", "example", "RunNetwork.java").toString(),
                OcrFiles.in(Path.of(models)).classifier().toString())
            .redirectErrorStream(true)
            .start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(printed).isZero();
    assertThat(printed)
        .contains("53 Conv")
        .containsPattern("save_infer_model/scale_0.tmp_1: \\[0\\.\\d+, 0\\.\\d+\\]");
  }
}
