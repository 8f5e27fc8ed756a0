package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.text.TextTable;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.examples.ocr.MarkedPhoto;
import io.github.conv4j.examples.ocr.OcrFiles;
import io.github.conv4j.examples.ocr.Pixels;
import io.github.conv4j.examples.ocr.Sign;
import io.github.conv4j.examples.ocr.TextLine;
import io.github.conv4j.examples.ocr.TextReader;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import javax.imageio.ImageIO;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Finds and reads the text of a photo. */
@Command(
    name = "read",
    sortOptions = false,
    description = {
      "Find and read the text of a photo with the networks of PP-OCR: Chinese, English, digits.",
      "Prints the lines, and writes read.png: the photo with its lines framed, and what was read."
    })
final class ReadCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "PHOTO",
      description = "The photo; a sign that is drawn if left out.")
  private @Nullable Path photo;

  @Mixin private OcrOptions ocr = new OcrOptions();

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where read.png goes; ./conv4j-read if left out.")
  private Path out = Path.of("conv4j-read");

  @Override
  public Integer call() throws IOException {
    Path given = photo;
    BufferedImage image =
        given == null
            ? Sign.draw()
            : NetworkFile.refusing(spec.commandLine(), () -> Pixels.read(given));
    OcrFiles files = NetworkFile.refusing(spec.commandLine(), ocr::files);
    Folders.prepare(out, spec.commandLine());
    List<TextLine> lines;
    try (Engine engine = ocr.open(spec.commandLine());
        var _ = LogLines.withoutWarnings();
        var reader = new TextReader(files, engine)) {
      lines = read(reader, image);
    }
    print(lines);
    Path marked = out.resolve("read.png");
    ImageIO.write(MarkedPhoto.draw(image, lines), "png", marked.toFile());
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println("wrote " + marked);
    stdout.flush();
    return ExitCodes.OK;
  }

  private static List<TextLine> read(TextReader reader, BufferedImage image) {
    try (var progress = Progress.of("read", 1)) {
      progress.show("finding text");
      return reader.read(
          image,
          count -> {
            progress.expect(1 + count);
            progress.step();
            progress.show("reading lines");
          },
          progress::step);
    }
  }

  private void print(List<TextLine> lines) {
    PrintWriter stdout = spec.commandLine().getOut();
    if (lines.isEmpty()) {
      stdout.println("no text was found");
      return;
    }
    var table = new TextTable("line", "confidence", "text").textFrom(2);
    for (int i = 0; i < lines.size(); i++) {
      TextLine line = lines.get(i);
      table.add(
          Integer.toString(i + 1),
          String.format(Locale.ROOT, "%.1f %%", 100 * line.confidence()),
          line.text());
    }
    table.lines().stream().map(Terminal::harmless).forEach(stdout::println);
  }
}
