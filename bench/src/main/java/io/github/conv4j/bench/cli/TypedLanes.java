package io.github.conv4j.bench.cli;

import io.github.conv4j.ConvolutionTypes;
import io.github.conv4j.Requantization;
import io.github.conv4j.UnsupportedConvolutionException;
import io.github.conv4j.bench.contender.Contender;
import io.github.conv4j.bench.contender.EngineContender;
import io.github.conv4j.bench.contender.EngineName;
import io.github.conv4j.bench.load.Lane;
import io.github.conv4j.bench.load.LaneName;
import io.github.conv4j.bench.load.LaneResult;
import io.github.conv4j.bench.report.TypesTable;
import io.github.conv4j.bench.typed.TypedClients;
import io.github.conv4j.bench.typed.TypedNumbers;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.problem.Problem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/** Lanes of other types beside those of f32. Close it behind the lanes. */
final class TypedLanes implements AutoCloseable {
  private static final int MOST_WEIGHT = 127;

  private final List<ConvolutionTypes> types;
  private final Problem plain;
  private final Map<Lane, TypedClients> clients = new LinkedHashMap<>();
  private final Map<LaneName, String> floats = new LinkedHashMap<>();
  private final List<Engine> engines = new ArrayList<>();
  private final List<TypedClients> typed = new ArrayList<>();

  /**
   * Plans.
   *
   * @param types none for no lanes
   * @param plain the problem of f32
   */
  TypedLanes(List<ConvolutionTypes> types, Problem plain) {
    this.types = types;
    this.plain = plain;
  }

  /**
   * Adds lanes of one contender, if it is an engine.
   *
   * @param refused is told in a sentence what it refuses, and why
   */
  void add(
      Contender contender,
      List<Integer> clientCounts,
      int asked,
      List<Lane> to,
      Consumer<String> refused) {
    Optional<EngineName> name = EngineName.parse(contender.name());
    if (types.isEmpty() || !(contender instanceof EngineContender) || name.isEmpty()) {
      return;
    }
    int threads = contender.threads(asked);
    Engine engine =
        Engines.named(
            name.get().engine(),
            EngineOptions.defaults()
                .withThreads(threads)
                .withAccuracy(name.get().relaxed() ? Accuracy.RELAXED : Accuracy.STRICT)
                .withReady(true));
    engines.add(engine);
    for (TypedClients each : typed()) {
      for (int count : clientCounts) {
        var lane =
            new LaneName(
                contender.name() + " " + each.types(), contender.version(), count, threads, false);
        try {
          Lane added = new Lane(lane, each.enter(engine, count), 0);
          clients.put(added, each);
          floats.put(lane, contender.name());
          to.add(added);
        } catch (UnsupportedConvolutionException e) {
          refused.accept("without %s: %s".formatted(lane.contender(), e.getMessage()));
          break;
        }
      }
    }
  }

  /** What a server would take: a permission, which changes nothing of floats. */
  private List<TypedClients> typed() {
    if (typed.isEmpty()) {
      TypedNumbers numbers = TypedNumbers.of(plain, MOST_WEIGHT);
      for (ConvolutionTypes each : types) {
        Problem problem = numbers.as(each).withRequantization(Requantization.FUSED);
        typed.add(new TypedClients(numbers, problem));
      }
    }
    return typed;
  }

  /** Returns what a lane is to compute; empty if it is none of these. */
  Optional<float[]> expected(Lane lane) {
    return Optional.ofNullable(clients.get(lane)).map(TypedClients::expected);
  }

  /** Returns a sentence for each of these lanes: how fast, and how far from f32. */
  List<String> notes(List<LaneResult> results) {
    List<String> notes = new ArrayList<>();
    clients.forEach(
        (lane, each) -> {
          LaneName name = lane.name();
          double times =
              throughput(results, name.contender(), name.clients())
                  / throughput(results, floats.getOrDefault(name, ""), name.clients());
          OptionalDouble distance = each.distance(lane.firstResult());
          if (!(times > 0) || Double.isInfinite(times)) {
            return;
          }
          notes.add(
              String.format(
                  Locale.ROOT,
                  "%s, %d clients: %.2f times the calls of f32%s%s",
                  name.contender(),
                  name.clients(),
                  times,
                  distance.isEmpty()
                      ? ""
                      : String.format(Locale.ROOT, ", error %.1e of f32", distance.getAsDouble()),
                  times >= TypesTable.LEAST_GAIN ? "" : ": it gains nothing on this CPU"));
        });
    return notes;
  }

  private static double throughput(List<LaneResult> results, String contender, int clients) {
    return results.stream()
        .filter(result -> !result.name().apart())
        .filter(result -> result.name().contender().equals(contender))
        .filter(result -> result.name().clients() == clients)
        .mapToDouble(LaneResult::throughput)
        .findFirst()
        .orElse(Double.NaN);
  }

  @Override
  public void close() {
    engines.forEach(Engine::close);
  }
}
