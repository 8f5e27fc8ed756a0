package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.tensor.NpyFile;
import io.github.conv4j.examples.ocr.OcrFiles;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadCheckCommandTest {
  @Test
  void theSameNetworksReadTheSame(@TempDir Path folder) {
    Command command =
        Command.run(
            "read-check",
            "--pages",
            "1",
            "--engine",
            "onednn",
            "--against",
            System.getProperty(OcrFiles.PROPERTY),
            "--samples",
            folder.toString());

    assertThat(command.err()).isEmpty();
    assertThat(command.exitCode()).isZero();
    assertThat(command.text())
        .containsPattern("boxes: ([1-9]\\d*) of \\1 found .* 100.0 %; 0 others");
    assertThat(command.text())
        .containsPattern("texts: ([1-9]\\d*) of \\1 the same, 100.0 %; 0 more but for spaces");
    assertThat(NpyFile.read(folder.resolve("detector/0001.npy")).dims())
        .containsExactly(1, 3, 480, 640);
    assertThat(NpyFile.read(folder.resolve("classifier/0001.npy")).dims())
        .containsExactly(1, 3, 48, 192);
    assertThat(NpyFile.read(folder.resolve("recognizer/0001.npy")).dims()).startsWith(1, 3, 48);
  }

  @Test
  void wantsSomethingToDo() {
    Command command = Command.run("read-check");

    assertThat(command.exitCode()).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
    assertThat(command.err().getFirst()).contains("--against DIR", "--samples DIR");
    assertThat(Command.run("read-check", "--pages", "0", "--against", "x").err().getFirst())
        .contains("--pages must be at least 1");
  }
}
