package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.contender.Contender;
import io.github.conv4j.bench.contender.EngineContender;
import io.github.conv4j.bench.contender.EngineName;
import io.github.conv4j.bench.contender.Peers;
import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.EngineStatus;
import io.github.conv4j.engine.Engines;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.Set;
import picocli.CommandLine;

/** Opens those who take part. */
final class BenchContenders implements AutoCloseable {
  /** Engines that compute something else where the accuracy is relaxed. */
  private static final Set<String> RELAXABLE = Set.of("vector", "auto");

  private static final String JUDGE = "reference";

  private final List<Contender> all = new ArrayList<>();
  private final List<String> absent = new ArrayList<>();
  private final Contender reference;

  private BenchContenders(Contender reference) {
    this.reference = reference;
  }

  /** The accuracies to compare. */
  enum Accuracies {
    STRICT,
    RELAXED,
    BOTH
  }

  /**
   * Opens engines, and the other libraries if they are wanted.
   *
   * @param names of engines; empty for all that can start but the reference
   */
  static BenchContenders open(
      List<String> names, Accuracies accuracies, boolean peers, int threads, CommandLine command) {
    List<EngineName> chosen = chosen(names, command);
    var opened = new BenchContenders(EngineContender.open(JUDGE, threads));
    try {
      for (EngineName name : names.isEmpty() ? available() : chosen) {
        for (EngineName each : withAccuracies(name, names.isEmpty(), accuracies)) {
          opened.all.add(EngineContender.open(each.toString(), threads));
        }
      }
      if (peers) {
        opened.addPeers();
      }
      return opened;
    } catch (RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  /** Reads names of engines for layers. */
  static List<EngineName> chosen(List<String> names, CommandLine command) {
    List<EngineName> chosen = chosenForNetworks(names, command);
    if (chosen.stream().anyMatch(EngineName::isBf16)) {
      throw new CommandLine.ParameterException(
          command,
          "%s is for --networks; of layers, write _fpmath/bf16/ into their lines"
              .formatted(EngineName.BF16));
    }
    return chosen;
  }

  static List<EngineName> chosenForNetworks(List<String> names, CommandLine command) {
    return names.stream().map(name -> parse(name, command)).toList();
  }

  private static EngineName parse(String text, CommandLine command) {
    EngineName name =
        EngineName.parse(text)
            .orElseThrow(
                () ->
                    new CommandLine.ParameterException(
                        command,
                        "'%s' names no engine: write for example vector, vector@2 for 2 threads, or"
                                .formatted(text)
                            + " vector@2:relaxed"));
    EngineChoice.requireKnown(name.engine(), command);
    if (name.threads() > BenchCommand.MOST_THREADS) {
      throw new CommandLine.ParameterException(
          command,
          "the threads of %s must be at most %d".formatted(text, BenchCommand.MOST_THREADS));
    }
    return name;
  }

  static List<EngineName> available() {
    return Engines.survey().stream()
        .filter(found -> found.availability() instanceof Availability.Available)
        .map(EngineStatus::name)
        .filter(name -> !name.equals(JUDGE))
        .sorted((a, b) -> Integer.compare(rank(a), rank(b)))
        .map(name -> new EngineName(name, 0, false))
        .toList();
  }

  /** The native engine first: the others are compared with it. */
  private static int rank(String name) {
    return name.equals("onednn") ? 0 : name.equals("auto") ? 2 : 1;
  }

  private static List<EngineName> withAccuracies(
      EngineName name, boolean chosenByUs, Accuracies wanted) {
    if (name.relaxed() || !RELAXABLE.contains(name.engine())) {
      return List.of(name);
    }
    EngineName relaxed = name.withRelaxed(true);
    return switch (wanted) {
      case STRICT -> List.of(name);
      case RELAXED -> List.of(relaxed);
      case BOTH -> chosenByUs ? List.of(name, relaxed) : List.of(name);
    };
  }

  private void addPeers() {
    try {
      all.addAll(Peers.open());
    } catch (ServiceConfigurationError | LinkageError e) {
      absent.add("the other libraries cannot be used: " + e.getMessage());
    }
    if (all.stream().allMatch(EngineContender.class::isInstance)) {
      absent.add(Peers.REMEDY);
    }
  }

  List<Contender> all() {
    return all;
  }

  Contender reference() {
    return reference;
  }

  /** Returns a sentence about each that was wanted but is not there. */
  List<String> absent() {
    return absent;
  }

  @Override
  public void close() {
    all.forEach(Contender::close);
    reference.close();
  }
}
