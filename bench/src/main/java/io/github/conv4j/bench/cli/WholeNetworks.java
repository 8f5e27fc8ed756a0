package io.github.conv4j.bench.cli;

import com.google.gson.GsonBuilder;
import io.github.conv4j.bench.contender.EngineName;
import io.github.conv4j.bench.contender.Peers;
import io.github.conv4j.bench.report.Machine;
import io.github.conv4j.bench.whole.EngineNetworks;
import io.github.conv4j.bench.whole.NetworkContender;
import io.github.conv4j.bench.whole.NetworkRace;
import io.github.conv4j.bench.whole.NetworkResult;
import io.github.conv4j.bench.whole.NetworkTask;
import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ValueInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** The races of {@code conv4j bench --networks}. */
final class WholeNetworks {
  private static final String ONNX_RUNTIME = "onnxruntime";

  private WholeNetworks() {}

  /** Measures and prints; writes the results as JSON. */
  static void run(
      CommandLine command,
      List<String> files,
      List<String> engines,
      boolean peers,
      int threads,
      int millis,
      Path out,
      PrintWriter stdout)
      throws IOException {
    List<NetworkContender> contenders = new ArrayList<>();
    List<EngineName> names =
        engines.isEmpty() ? defaults() : BenchContenders.chosen(engines, command);
    names.forEach(name -> contenders.add(new EngineNetworks(name)));
    if (peers) {
      ServiceLoader.load(NetworkContender.class).forEach(contenders::add);
      if (contenders.size() == names.size()) {
        throw new ParameterException(command, Peers.REMEDY);
      }
    }
    List<NetworkTask> tasks = new ArrayList<>();
    files.forEach(file -> tasks.add(task(command, file, threads)));
    var machine = Machine.describe();
    stdout.println(
        Terminal.printable(
            "Whole networks on %s, %s processors, %s, %d thread%s a run, milliseconds"
                .formatted(
                    machine.get("CPU"),
                    machine.get("Processors"),
                    machine.get("JDK"),
                    threads,
                    threads == 1 ? "" : "s")));
    List<NetworkResult> all = new ArrayList<>();
    try (Progress progress = Progress.of("networks", tasks.size() * (contenders.size() + 1L))) {
      for (NetworkTask task : tasks) {
        List<NetworkResult> results =
            new NetworkRace(task, contenders, millis * 1_000_000L)
                .run(
                    what -> {
                      progress.show(what);
                      progress.step();
                    });
        print(task, results, stdout);
        all.addAll(results);
      }
    }
    summary(all, stdout);
    Files.createDirectories(out);
    Path json = out.resolve("networks.json");
    Map<String, Object> document = new LinkedHashMap<>();
    document.put("machine", machine);
    document.put("threads", threads);
    document.put("results", all);
    var gson = new GsonBuilder().setPrettyPrinting().serializeSpecialFloatingPointValues().create();
    Files.writeString(json, gson.toJson(document));
    stdout.println("Results in " + json);
    stdout.flush();
  }

  private static List<EngineName> defaults() {
    return BenchContenders.available().stream()
        .filter(name -> !name.relaxed())
        .filter(name -> name.engine().equals("onednn") || name.engine().equals("auto"))
        .toList();
  }

  /** A file, or a file with the dims of its inputs: {@code FILE[:NAME=1x3x480x480...]}. */
  private static NetworkTask task(CommandLine command, String text, int threads) {
    String[] parts = text.split(":", -1);
    Path file = Path.of(parts[0]);
    try {
      Network network = Network.read(file);
      Map<String, long[]> dims = new LinkedHashMap<>();
      for (ValueInfo input : network.inputs()) {
        long[] given = given(parts, input.name());
        dims.put(input.name(), given == null ? fixed(command, file, input) : given);
      }
      String name = String.valueOf(file.getFileName()).replaceAll("\\.onnx$", "");
      return new NetworkTask(name, file, dims, threads);
    } catch (InvalidModelException | UnsupportedOperatorException | IllegalArgumentException e) {
      throw new ParameterException(command, "%s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static long @Nullable [] given(String[] parts, String name) {
    for (int i = 1; i < parts.length; i++) {
      int sign = parts[i].lastIndexOf('=');
      String key = sign < 0 ? "" : parts[i].substring(0, sign);
      if (key.isEmpty() || key.equals(name)) {
        String[] digits = parts[i].substring(sign + 1).split("x", -1);
        long[] dims = new long[digits.length];
        for (int j = 0; j < dims.length; j++) {
          dims[j] = Long.parseLong(digits[j]);
        }
        return dims;
      }
    }
    return null;
  }

  private static long[] fixed(CommandLine command, Path file, ValueInfo input) {
    List<Dim> dims = input.dims();
    if (dims == null || !dims.stream().allMatch(Dim.Fixed.class::isInstance)) {
      throw new ParameterException(
          command,
          "%s leaves dimensions of its input %s open: write %s:%s=1x3x480x480, with yours"
              .formatted(file, input, file, input.name()));
    }
    return dims.stream().mapToLong(dim -> ((Dim.Fixed) dim).size()).toArray();
  }

  private static void print(NetworkTask task, List<NetworkResult> results, PrintWriter stdout) {
    stdout.println();
    stdout.println(Terminal.printable(task.name()));
    stdout.println(
        "  %-22s %9s %9s %9s %9s %9s %9s %10s %9s"
            .formatted(
                "",
                "median",
                "best",
                "p99",
                "first",
                "prepare",
                "bytes/run",
                "difference",
                "ratio"));
    double[] ratios = NetworkRace.ratios(results, ONNX_RUNTIME);
    for (int i = 0; i < results.size(); i++) {
      NetworkResult result = results.get(i);
      if (!result.lack().isEmpty()) {
        stdout.println(
            Terminal.printable("  %-22s %s".formatted(result.contender(), result.lack())));
        continue;
      }
      stdout.println(
          String.format(
              Locale.ROOT,
              "  %-22s %9.3f %9.3f %9.3f %9.2f %9.1f %9.0f %10.1e %9.2f",
              result.contender(),
              result.medianMillis(),
              result.bestMillis(),
              result.p99Millis(),
              result.firstMillis(),
              result.prepareMillis(),
              result.allocatedBytes(),
              result.difference(),
              ratios[i]));
    }
    stdout.flush();
  }

  /** The geometric mean of what each contender gains over ONNX Runtime. */
  private static void summary(List<NetworkResult> all, PrintWriter stdout) {
    Map<String, Double> base = new LinkedHashMap<>();
    all.stream()
        .filter(result -> result.contender().equals(ONNX_RUNTIME) && result.lack().isEmpty())
        .forEach(result -> base.put(result.network(), result.medianMillis()));
    if (base.isEmpty()) {
      return;
    }
    Map<String, List<Double>> gains = new LinkedHashMap<>();
    for (NetworkResult result : all) {
      Double over = base.get(result.network());
      if (over != null && result.lack().isEmpty()) {
        gains
            .computeIfAbsent(result.contender(), _ -> new ArrayList<>())
            .add(over / result.medianMillis());
      }
    }
    stdout.println();
    gains.forEach(
        (name, ratios) ->
            stdout.println(
                String.format(
                    Locale.ROOT,
                    "%-22s %.2f times ONNX Runtime, geometric mean of %d networks, least %.2f",
                    name,
                    Math.exp(ratios.stream().mapToDouble(Math::log).average().orElse(0)),
                    ratios.size(),
                    ratios.stream().mapToDouble(Double::doubleValue).min().orElse(0))));
  }
}
