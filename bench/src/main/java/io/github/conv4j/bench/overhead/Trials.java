package io.github.conv4j.bench.overhead;

import com.google.gson.Gson;
import io.github.conv4j.bench.toolchain.ChildJvm;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;

/**
 * Several JVMs, each with a C program beside it, taken together. One pair of processes is not
 * enough: where its code and data happen to lie moves it by a percent, in every round alike.
 */
final class Trials {
  private static final long LONGEST_START_SECONDS = 60;
  private static final long LONGEST_ROUND_SECONDS = 10;

  private final List<Layer> layers = Layer.all();
  private final List<Trial> trials = new ArrayList<>();

  /**
   * Runs one more JVM.
   *
   * @param folder for its output
   * @param library what the C program loads
   * @throws DisagreementException if C and Java do not compute the same
   */
  void add(Path folder, FloorCompiler.Result floor, Path library, int rounds)
      throws IOException, InterruptedException, DisagreementException {
    List<String> arguments = new ArrayList<>();
    arguments.add(Integer.toString(rounds));
    if (floor instanceof FloorCompiler.Result.Compiled compiled) {
      arguments.add(compiled.program().toString());
      arguments.add(library.toString());
    }
    long longestSeconds = LONGEST_START_SECONDS + LONGEST_ROUND_SECONDS * rounds;
    var child = new ChildJvm(TrialProbe.class, folder.resolve("trial.log"), longestSeconds);
    Trial trial = new Gson().fromJson(child.run(List.of(), arguments), Trial.class);
    if (trial.disagreement() != null) {
      throw new DisagreementException(trial.disagreement());
    }
    trials.add(trial);
  }

  List<OverheadReport.Calls> calls() {
    List<OverheadReport.Calls> calls = new ArrayList<>();
    for (int i = 0; i < layers.size(); i++) {
      calls.add(calls(i, "confined", Trial.Calls::confined, Trial.Floor::confined));
      calls.add(calls(i, "shared", Trial.Calls::shared, Trial.Floor::shared));
    }
    return calls;
  }

  private OverheadReport.Calls calls(
      int layer,
      String arena,
      ToDoubleFunction<Trial.Calls> nanos,
      Function<Trial.Floor, Trial.Added> added) {
    List<Trial.Calls> all = trials.stream().map(trial -> trial.calls().get(layer)).toList();
    List<Trial.Floor> floors =
        all.stream().map(Trial.Calls::floor).filter(Objects::nonNull).toList();
    return new OverheadReport.Calls(
        layers.get(layer).line(),
        arena,
        all.getFirst().implementation(),
        estimate(all, nanos),
        floors.isEmpty() ? null : floor(layer == 0, floors, added));
  }

  private static OverheadReport.Floor floor(
      boolean smallest, List<Trial.Floor> floors, Function<Trial.Floor, Trial.Added> added) {
    MedianEstimate nanos = estimate(floors, Trial.Floor::nanos);
    MedianEstimate addedNanos = estimate(floors, floor -> added.apply(floor).nanos());
    MedianEstimate addedShare = estimate(floors, floor -> added.apply(floor).share());
    return new OverheadReport.Floor(
        nanos, addedNanos, addedShare, OverheadBars.call(smallest, nanos, addedNanos, addedShare));
  }

  List<OverheadReport.Prepare> prepares() {
    List<Layer> prepared = PrepareTimes.layers();
    List<OverheadReport.Prepare> prepares = new ArrayList<>();
    for (int i = 0; i < prepared.size(); i++) {
      int layer = i;
      List<Trial.Prepares> all = trials.stream().map(trial -> trial.prepares().get(layer)).toList();
      MedianEstimate seen = estimate(all, Trial.Prepares::seen);
      prepares.add(
          new OverheadReport.Prepare(
              prepared.get(layer).line(),
              layer == 0,
              estimate(all, Trial.Prepares::first),
              estimate(all, Trial.Prepares::second),
              seen,
              estimate(all, Trial.Prepares::warm),
              OverheadBars.seenPrepare(seen)));
    }
    return prepares;
  }

  private static <T> MedianEstimate estimate(List<T> all, ToDoubleFunction<T> value) {
    return MedianEstimate.of(all.stream().mapToDouble(value).toArray());
  }
}
