package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.tensor.NpyFile;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.examples.ocr.DrawnPage;
import io.github.conv4j.examples.ocr.GivenInputs;
import io.github.conv4j.examples.ocr.OcrFiles;
import io.github.conv4j.examples.ocr.ReadingComparison;
import io.github.conv4j.examples.ocr.TextReader;
import io.github.conv4j.networks.graph.Constant;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Reads drawn pages with two sets of networks. */
@Command(
    name = "read-check",
    sortOptions = false,
    description = {
      "Read pages that are drawn, with the networks of PP-OCR and with others of the same names in"
          + " another folder,",
      "for example quantized ones, and say how many boxes and texts are the same. With --samples,"
          + " write what the",
      "networks are given: samples to quantize them with."
    })
final class ReadCheckCommand implements Callable<Integer> {
  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Option(
      names = "--against",
      paramLabel = "DIR",
      description = "The folder with the other networks; those it lacks are the same.")
  private @Nullable Path against;

  @Option(
      names = "--samples",
      paramLabel = "DIR",
      description =
          "Where what the networks are given goes, in folders detector, classifier and"
              + " recognizer.")
  private @Nullable Path samples;

  @Option(
      names = "--pages",
      paramLabel = "N",
      description =
          "How many pages are drawn, of about ten lines each; ${DEFAULT-VALUE} if left out.")
  private int pages = 25;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description = "Of the first page; ${DEFAULT-VALUE} if left out.")
  private long seed = 1;

  @Mixin private OcrOptions ocr = new OcrOptions();

  @Override
  public Integer call() {
    if (pages < 1) {
      throw new ParameterException(
          spec.commandLine(), "--pages must be at least 1 but is " + pages);
    }
    if (against == null && samples == null) {
      throw new ParameterException(
          spec.commandLine(), "name other networks, --against DIR, or --samples DIR");
    }
    Path others = against;
    OcrFiles files = NetworkFile.refusing(spec.commandLine(), ocr::files);
    OcrFiles otherFiles =
        others == null
            ? files
            : NetworkFile.refusing(spec.commandLine(), () -> files.replacedBy(others));
    GivenInputs given = samples == null ? GivenInputs.IGNORED : new SampleFiles(samples);
    try (Engine engine = ocr.open(spec.commandLine());
        var _ = LogLines.withoutWarnings();
        var reader = new TextReader(files, engine, given);
        var other = new TextReader(otherFiles, engine)) {
      if (others == null) {
        read(reader);
      } else {
        print(compare(reader, other));
      }
    }
    if (samples != null) {
      print("wrote samples to " + samples);
    }
    return ExitCodes.OK;
  }

  private void read(TextReader reader) {
    try (var progress = Progress.of("read", pages)) {
      for (int i = 0; i < pages; i++) {
        reader.read(DrawnPage.of(seed + i).image(), _ -> {}, () -> {});
        progress.step();
      }
    }
  }

  private ReadingComparison compare(TextReader reader, TextReader other) {
    var comparison = new ReadingComparison(reader, other);
    try (var progress = Progress.of("read", pages)) {
      for (int i = 0; i < pages; i++) {
        comparison.add(DrawnPage.of(seed + i).image());
        progress.step();
      }
    }
    return comparison;
  }

  private void print(ReadingComparison comparison) {
    for (ReadingComparison.Difference difference : comparison.differences()) {
      print("read '%s' as '%s'".formatted(difference.expected(), difference.actual()));
    }
    print(
        String.format(
            Locale.ROOT,
            "boxes: %d of %d found (overlap of at least %.1f), %.1f %%; %d others",
            comparison.foundBoxes(),
            comparison.boxes(),
            ReadingComparison.LEAST_OVERLAP,
            percent(comparison.foundBoxes(), comparison.boxes()),
            comparison.otherBoxes()));
    int same = comparison.lines() - comparison.differences().size();
    long ofSpaces =
        comparison.differences().stream().filter(ReadingComparison.Difference::isOfSpaces).count();
    print(
        String.format(
            Locale.ROOT,
            "texts: %d of %d the same, %.1f %%; %d more but for spaces",
            same,
            comparison.lines(),
            percent(same, comparison.lines()),
            ofSpaces));
  }

  private static double percent(int part, int whole) {
    return whole == 0 ? 0 : 100.0 * part / whole;
  }

  private void print(String line) {
    PrintWriter stdout = spec.commandLine().getOut();
    stdout.println(Terminal.harmless(line));
    stdout.flush();
  }

  /** Arrays in a folder for each network. */
  private final class SampleFiles implements GivenInputs {
    private final Map<Role, Path> folders = new EnumMap<>(Role.class);
    private final Map<Role, Integer> counts = new EnumMap<>(Role.class);

    SampleFiles(Path folder) {
      for (Role role : Role.values()) {
        Path own = folder.resolve(role.name().toLowerCase(Locale.ROOT));
        Folders.prepare(own, spec.commandLine());
        requireNoArrays(own);
        folders.put(role, own);
      }
    }

    /** Of another run there may be more. */
    private void requireNoArrays(Path own) {
      try (Stream<Path> files = Files.list(own)) {
        if (files.anyMatch(file -> file.toString().endsWith(".npy"))) {
          throw new ParameterException(
              spec.commandLine(),
              "the folder '%s' has samples already: name another".formatted(own));
        }
      } catch (IOException e) {
        throw new ParameterException(
            spec.commandLine(), "cannot read the folder '%s'".formatted(own), e);
      }
    }

    @Override
    public void given(Role role, Constant input) {
      int count = counts.merge(role, 1, Integer::sum);
      Path folder = Objects.requireNonNull(folders.get(role));
      try {
        NpyFile.write(folder.resolve("%04d.npy".formatted(count)), input);
      } catch (IOException e) {
        throw new UncheckedIOException("cannot write to the folder '%s'".formatted(folder), e);
      }
    }
  }
}
