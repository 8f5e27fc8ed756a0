package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.examples.ocr.Sign;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReadCommandTest {
  private final Path folder;

  ReadCommandTest(@TempDir Path folder) {
    this.folder = folder;
  }

  @Test
  void readsWhatWasDrawn() throws IOException {
    Command command = Command.run("read", "--engine", "onednn", "--out", folder.toString());

    assertThat(command.err()).isEmpty();
    assertThat(command.exitCode()).isZero();
    assertThat(texts(command)).isEqualTo(Sign.LINES);
    assertThat(ImageIO.read(folder.resolve("read.png").toFile()).getWidth())
        .isEqualTo(2 * Sign.draw().getWidth());
  }

  @Test
  void readsAPhotoThatStandsOnItsHead() throws IOException {
    BufferedImage sign = Sign.draw().getSubimage(0, 130, 800, 110);
    var turned = new BufferedImage(800, 110, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 110; y++) {
      for (int x = 0; x < 800; x++) {
        turned.setRGB(799 - x, 109 - y, sign.getRGB(x, y));
      }
    }
    Path photo = folder.resolve("photo.png");
    ImageIO.write(turned, "png", photo.toFile());

    Command command =
        Command.run("read", photo.toString(), "--engine", "onednn", "--out", folder.toString());

    assertThat(texts(command)).containsExactly(Sign.LINES.get(1));
  }

  @Test
  void saysThatThereIsNoText() throws IOException {
    Path photo = folder.resolve("photo.png");
    ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "png", photo.toFile());

    Command command =
        Command.run("read", photo.toString(), "--engine", "onednn", "--out", folder.toString());

    assertThat(command.exitCode()).isZero();
    assertThat(command.text()).contains("no text was found");
  }

  @Test
  void refusesWhatIsNoPhoto() throws IOException {
    Path file = Files.writeString(folder.resolve("photo.png"), "text");
    Command command = Command.run("read", file.toString());

    assertThat(command.exitCode()).isEqualTo(ExitCodes.WRONG_ARGUMENTS);
    assertThat(command.err().getFirst()).contains("is not a picture");
    assertThat(Command.run("read", "--models", folder.toString()).err().getFirst())
        .contains("there is no file", "ch_PP-OCRv4_det_infer.onnx");
  }

  private static List<String> texts(Command command) {
    return command.out().stream()
        .filter(line -> line.contains(" % "))
        .map(line -> line.substring(line.indexOf("%") + 1).strip())
        .toList();
  }
}
