package io.github.conv4j.onednn;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EngineCreationTest {
  @TempDir
  @SuppressWarnings("NullAway.Init")
  private Path folder;

  @Test
  void aFailureIsReportedAndTheNextAttemptMaySucceed() throws Exception {
    assertThat(new ChildJvm(folder, EngineCreationReport.class).run())
        .contains("first ")
        .contains("dnnl_engine_create")
        .contains("out_of_memory")
        .contains("second prepared");
  }
}
