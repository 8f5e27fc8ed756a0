package io.github.conv4j.bench.whole;

import com.google.gson.Gson;
import io.github.conv4j.bench.toolchain.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Measures {@link StartUp} in a JVM of its own. */
public final class StartUpProbe {
  private static final long LONGEST_SECONDS = 300;
  private static final Logger CONV4J = Logger.getLogger("io.github.conv4j");

  private StartUpProbe() {}

  /** A task as JSON. */
  private record Told(String name, String file, Map<String, long[]> dims, int threads) {
    static Told of(NetworkTask task) {
      String file = task.file().toAbsolutePath().toString();
      return new Told(task.name(), file, task.dims(), task.threads());
    }

    NetworkTask task() {
      return new NetworkTask(name, Path.of(file), dims, threads);
    }
  }

  /** The answer, as text: JSON knows no NaN. */
  private record Figures(String read, String prepare, String first, String resident) {}

  /**
   * Starts a JVM, measures, and ends it.
   *
   * @param log a file for what it prints
   * @throws IOException if it fails; tells what it printed
   */
  static StartUp measure(String contender, NetworkTask task, Path log)
      throws IOException, InterruptedException {
    var child = new ChildJvm(StartUpProbe.class, log, LONGEST_SECONDS);
    String answer =
        child.run(
            List.of("--add-modules", "jdk.incubator.vector"),
            List.of(contender, new Gson().toJson(Told.of(task))));
    Figures figures = new Gson().fromJson(answer, Figures.class);
    return new StartUp(
        true,
        Double.parseDouble(figures.read()),
        Double.parseDouble(figures.prepare()),
        Double.parseDouble(figures.first()),
        Double.parseDouble(figures.resident()));
  }

  /** Measures in this JVM. */
  public static void main(String[] args) {
    CONV4J.setLevel(Level.SEVERE);
    NetworkTask task = new Gson().fromJson(args[1], Told.class).task();
    StartUp found = StartUp.measure(StartUp.contender(args[0]), task);
    ChildJvm.answer(
        new Gson()
            .toJson(
                new Figures(
                    String.valueOf(found.readMillis()),
                    String.valueOf(found.prepareMillis()),
                    String.valueOf(found.firstMillis()),
                    String.valueOf(found.residentBytes()))));
  }
}
