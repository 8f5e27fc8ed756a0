import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/**
 * Checks or applies google-java-format on all sources that people write. Run by the build on the
 * JDK that compiles: the formatter reads sources with the parser of the JDK it runs on, and Maven's
 * own JDK may be too old for ours.
 */
final class FormatSources {

  private FormatSources() {}

  public static void main(String[] args) throws IOException {
    String mode = args[0];
    List<String> files = new ArrayList<>();
    for (int i = 1; i < args.length; i++) {
      files.addAll(sourcesIn(Path.of(args[i])));
    }
    switch (mode) {
      case "check" -> check(files);
      case "apply" -> apply(files);
      default -> fail("-Dformat=" + mode + " is unknown: use check or apply");
    }
  }

  private static List<String> sourcesIn(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(directory)) {
      return paths.map(Path::toString).filter(path -> path.endsWith(".java")).sorted().toList();
    }
  }

  private static void check(List<String> files) {
    String changed = run("--dry-run", files);
    if (!changed.isBlank()) {
      fail(
          "Not in the house format:\n"
              + changed
              + "Format them with: mvn -N verify -Dformat=apply");
    }
  }

  private static void apply(List<String> files) {
    run("--replace", files);
  }

  /** Returns what the formatter prints; ends the run when it cannot read a file. */
  private static String run(String option, List<String> files) {
    List<String> arguments = new ArrayList<>();
    arguments.add(option);
    arguments.addAll(files);
    var out = new StringWriter();
    var err = new StringWriter();
    int exit =
        ToolProvider.findFirst("google-java-format")
            .orElseThrow()
            .run(new PrintWriter(out), new PrintWriter(err), arguments.toArray(String[]::new));
    if (exit != 0) {
      fail(err.toString());
    }
    return out.toString();
  }

  private static void fail(String message) {
    System.err.println(message);
    System.exit(1);
  }
}
