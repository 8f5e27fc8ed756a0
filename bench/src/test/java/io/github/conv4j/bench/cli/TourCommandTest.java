package io.github.conv4j.bench.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.conv4j.bench.tour.Exhibit;
import io.github.conv4j.bench.tour.Exhibits;
import io.github.conv4j.bench.tour.Photo;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TourCommandTest {
  @TempDir
  @SuppressWarnings("NullAway.Init") // JUnit sets it
  private Path folder;

  @Test
  void writesFilesAndARowForEachVariant() throws IOException {
    Path out = folder.resolve("deep/er");

    Command command =
        Command.run("tour", "--quick", "--engine", "reference", "--out", out.toString());

    assertThat(command.err()).isEmpty();
    assertThat(command.exitCode()).isZero();
    List<Exhibit> exhibits = Exhibits.of(Photo.shipped(160, 120));
    for (Exhibit exhibit : exhibits) {
      assertThat(command.text()).contains("\n" + exhibit.name() + ": ");
      assertThat(ImageIO.read(out.resolve(exhibit.slug() + ".png").toFile())).isNotNull();
    }
    assertThat(command.out().getLast())
        .contains(out.resolve("report.html").toString())
        .contains(out.resolve("contact-sheet.png").toString())
        .endsWith("%d variants, 1 engine, all agree".formatted(exhibits.size()));
    assertThat(ImageIO.read(out.resolve("contact-sheet.png").toFile()).getWidth()).isEqualTo(1600);
    assertThat(Files.readString(out.resolve("report.html")))
        .contains("data:image/png;base64,", "data:image/svg+xml;base64,", "checkerboard")
        .doesNotContain("{{", "src=\"http", "href=");
  }

  @Test
  void aDisagreementIsNamedAndFails() throws IOException {
    Path image = folder.resolve("tall.png");
    ImageIO.write(new BufferedImage(70, 90, BufferedImage.TYPE_INT_RGB), "png", image.toFile());
    try (var _ = FakeEngines.enable()) {
      Command command =
          Command.run(
              "tour",
              "--quick",
              "--engine",
              "wrong,reference,refusing",
              "--image",
              image.toString(),
              "--out",
              folder.toString());

      assertThat(command.exitCode()).isEqualTo(1);
      assertThat(command.out().getLast()).contains("3 engines, DISAGREEMENT in Convolution, ");
      assertThat(command.text())
          .contains("wrong DISAGREES by up to")
          .contains("refusing refused: it is in no mood");
    }
  }

  @Test
  void anEngineThatWasAskedForMustStart() {
    Command command = Command.run("tour", "--engine", "wrong", "--out", folder.toString());

    assertThat(command.exitCode()).isEqualTo(ExitCodes.UNAVAILABLE);
    assertThat(command.err()).hasSize(1);
    assertThat(command.err().getFirst()).contains(FakeEngines.REASON);
  }

  @Test
  void aFileThatIsNoPictureIsRefused() throws IOException {
    Path text = Files.writeString(folder.resolve("photo.png"), "no picture");

    Command command = Command.run("tour", "--image", text.toString());

    assertThat(command.exitCode()).isEqualTo(2);
    assertThat(command.err().getFirst()).contains("not a picture in a known format");
  }
}
