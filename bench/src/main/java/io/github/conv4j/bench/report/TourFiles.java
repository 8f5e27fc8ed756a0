package io.github.conv4j.bench.report;

import io.github.conv4j.bench.picture.ContactSheet;
import io.github.conv4j.bench.tour.Tour;
import io.github.conv4j.bench.typed.TypeTime;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import javax.imageio.ImageIO;

/** Writes what a tour leaves behind. */
public final class TourFiles {
  private static final int PICTURE_SCALE = 2;

  private TourFiles() {}

  /** Writes everything and returns a phrase that names it. */
  public static String write(
      Path folder,
      List<Tour.Visited> visits,
      List<TypeTime> types,
      List<String> engines,
      String summary)
      throws IOException {
    for (Tour.Visited visit : visits) {
      write(visit.panel().image(PICTURE_SCALE), folder.resolve(visit.exhibit().slug() + ".png"));
    }
    Path sheet = folder.resolve("contact-sheet.png");
    String subtitle =
        "Every kind of convolution on one photo. Orange is above zero, blue below. "
            + summary.substring(0, 1).toUpperCase(Locale.ROOT)
            + summary.substring(1)
            + ": "
            + String.join(", ", engines)
            + ".";
    write(
        ContactSheet.of("conv4j tour", subtitle, visits.stream().map(Tour.Visited::panel).toList()),
        sheet);
    Path report = folder.resolve("report.html");
    Files.writeString(report, HtmlReport.of(visits, types, engines, summary));
    return "wrote %s, %s and %d pictures".formatted(report, sheet, visits.size());
  }

  private static void write(BufferedImage image, Path file) throws IOException {
    if (!ImageIO.write(image, "png", file.toFile())) {
      throw new IOException("this Java cannot write PNG files");
    }
  }
}
