package io.github.conv4j.bench.overhead;

import io.github.conv4j.EngineUnavailableException;
import io.github.conv4j.bench.results.CallCosts;
import io.github.conv4j.bench.toolchain.TemporaryFolder;
import io.github.conv4j.engine.Availability;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What {@code overhead} finds about calls, for a comparison of engines: in a few JVMs, each with a
 * C program beside it. What goes wrong becomes the reason why nothing was measured.
 *
 * <p><b>Threads.</b> One at a time.
 */
public final class CallComparison implements AutoCloseable {
  /** As the tensors of the other comparisons; no cheaper than those of one thread. */
  private static final String ARENA = "shared";

  private final Map<String, String> environment;
  private final int rounds;
  private final Trials trials = new Trials();
  private int jvms;
  private @Nullable TemporaryFolder folder;
  private @Nullable Path library;
  private FloorCompiler.@Nullable Result floor;
  private String failure = "";

  /**
   * Plans a comparison.
   *
   * @param environment where the C compiler is looked for
   * @param rounds turns of C and Java in each JVM
   */
  public CallComparison(Map<String, String> environment, int rounds) {
    this.environment = Map.copyOf(environment);
    this.rounds = rounds;
  }

  /** Measures in one more JVM; does nothing after a failure. */
  public void addJvm() throws InterruptedException {
    if (!failure.isEmpty()) {
      return;
    }
    try {
      start();
    } catch (IOException | DisagreementException | EngineUnavailableException e) {
      failure = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
  }

  private void start() throws IOException, InterruptedException, DisagreementException {
    if (folder == null) {
      folder = new TemporaryFolder();
    }
    if (floor == null || library == null) {
      Availability.Available found = NativeEngine.requireAvailable();
      library = NativeEngine.library(found);
      floor = new FloorCompiler(environment).compile(folder.path());
    }
    if (floor instanceof FloorCompiler.Result.Absent absent) {
      failure = absent.reason();
      return;
    }
    trials.add(folder.path(), floor, library, rounds);
    jvms++;
  }

  /** Returns what was found so far. */
  public CallCosts result() {
    if (!failure.isEmpty()) {
      return CallCosts.unknown(failure);
    }
    if (jvms == 0 || !(floor instanceof FloorCompiler.Result.Compiled compiled)) {
      return CallCosts.unknown("not measured in this run");
    }
    List<CallCosts.Layer> layers = new ArrayList<>();
    for (OverheadReport.Calls calls : trials.calls()) {
      OverheadReport.Floor c = calls.floor();
      if (calls.arena().equals(ARENA) && c != null) {
        layers.add(
            new CallCosts.Layer(
                calls.problem(),
                c.nanos().median(),
                calls.nanos().median(),
                c.addedNanos().median(),
                c.addedShare().median()));
      }
    }
    String where = jvms == 1 ? "in 1 JVM" : "in each of %d JVMs".formatted(jvms);
    return new CallCosts(
        "C by %s over the same library, giving the same numbers, in turns with Java; medians of %d rounds %s"
            .formatted(compiled.compiler(), rounds, where),
        layers);
  }

  @Override
  public void close() {
    if (folder != null) {
      folder.close();
    }
  }
}
