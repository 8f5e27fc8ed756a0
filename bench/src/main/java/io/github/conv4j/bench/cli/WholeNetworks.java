package io.github.conv4j.bench.cli;

import io.github.conv4j.FpmathMode;
import io.github.conv4j.bench.contender.EngineName;
import io.github.conv4j.bench.contender.Peers;
import io.github.conv4j.bench.report.Machine;
import io.github.conv4j.bench.report.NetworkText;
import io.github.conv4j.bench.whole.EngineNetworks;
import io.github.conv4j.bench.whole.NetworkContender;
import io.github.conv4j.bench.whole.NetworkRace;
import io.github.conv4j.bench.whole.NetworkResult;
import io.github.conv4j.bench.whole.NetworkResults;
import io.github.conv4j.bench.whole.NetworkTask;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The races of {@code conv4j bench --networks}, and who takes part. */
final class WholeNetworks {
  private WholeNetworks() {}

  /**
   * Returns engines, and other libraries if they are wanted.
   *
   * @param chosen names of engines
   * @param otherwise engines where none is chosen
   * @param fpmathMode each of them also in this mode
   */
  static List<NetworkContender> contenders(
      CommandLine command,
      List<String> chosen,
      Set<String> otherwise,
      FpmathMode fpmathMode,
      boolean peers) {
    List<NetworkContender> contenders = new ArrayList<>();
    List<EngineName> names =
        chosen.isEmpty()
            ? BenchContenders.available().stream()
                .filter(name -> otherwise.contains(name.engine()))
                .toList()
            : BenchContenders.chosenForNetworks(chosen, command);
    for (EngineName name : names) {
      contenders.add(new EngineNetworks(name));
      if (fpmathMode != name.fpmathMode() && !name.isBf16()) {
        contenders.add(new EngineNetworks(name.withFpmathMode(fpmathMode)));
      }
    }
    int ours = contenders.size();
    if (peers) {
      ServiceLoader.load(NetworkContender.class).forEach(contenders::add);
      if (contenders.size() == ours) {
        throw new ParameterException(command, Peers.REMEDY);
      }
    }
    if (contenders.isEmpty()) {
      throw new ParameterException(command, "no engine can start on this machine");
    }
    return contenders;
  }

  /**
   * Measures, and prints each network when it is done.
   *
   * @param tasks at least one
   * @param inOwnProcesses whether each start is measured in a process of its own
   */
  static NetworkResults run(
      List<NetworkTask> tasks,
      List<NetworkContender> contenders,
      int millis,
      boolean inOwnProcesses,
      String shellCommand,
      PrintWriter stdout)
      throws InterruptedException {
    List<NetworkResult> found = new ArrayList<>();
    var results =
        new NetworkResults(
            NetworkResults.SCHEMA,
            shellCommand,
            tasks.getFirst().threads(),
            millis,
            Machine.describe(),
            contenders.stream()
                .map(c -> new NetworkResults.Participant(c.name(), c.version()))
                .toList(),
            List.of());
    print(stdout, List.of(NetworkText.title(results)));
    try (Progress progress = Progress.of("networks", tasks.size() * (contenders.size() + 1L))) {
      for (NetworkTask task : tasks) {
        var race = new NetworkRace(task, contenders, millis * 1_000_000L, inOwnProcesses);
        found.addAll(
            race.run(
                what -> {
                  progress.show(what);
                  progress.step();
                }));
        results = results.with(found);
        print(stdout, NetworkText.network(results, task.name()));
      }
    }
    print(stdout, NetworkText.summary(results));
    return results;
  }

  static void print(PrintWriter stdout, List<String> lines) {
    lines.stream().map(Terminal::printable).forEach(stdout::println);
    stdout.flush();
  }
}
