package io.github.conv4j.bench.cli;

import io.github.conv4j.bench.whole.NetworkTask;
import io.github.conv4j.networks.InvalidModelException;
import io.github.conv4j.networks.Network;
import io.github.conv4j.networks.UnsupportedOperatorException;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ValueInfo;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/**
 * Networks as people name them: {@code FILE}, with the dimensions that it leaves open {@code
 * FILE.onnx:NAME=1x3x480x480} or, of its only input, {@code FILE.onnx:1x3x480x480}; or a set.
 */
final class NetworkTasks {
  private static final Pattern WITH_DIMS = Pattern.compile("(.+?\\.onnx):(.*)");
  private static final String DIMS = "([0-9]+(?:x[0-9]+)*)";
  private static final Pattern ONLY_DIMS = Pattern.compile(DIMS);

  private NetworkTasks() {}

  /**
   * Reads what is named, the same once, under names that tell them apart.
   *
   * @param models a folder with files of sets, beside that of the build
   * @param threads of each task
   */
  static List<NetworkTask> of(
      CommandLine command, List<String> names, @Nullable Path models, int threads) {
    return withNamesOfTheirOwn(each(command, names, models, threads));
  }

  /** Reads what is named, as {@link #of} does, the same as often as it is named. */
  static List<NetworkTask> each(
      CommandLine command, List<String> names, @Nullable Path models, int threads) {
    List<NetworkTask> tasks = new ArrayList<>();
    for (String name : names) {
      NetworkSet set = NetworkSet.named(name);
      List<String> files =
          set == null ? List.of(name) : NetworkFile.refusing(command, () -> set.files(models));
      files.forEach(file -> tasks.add(task(command, file, threads)));
    }
    return tasks;
  }

  /** One file with inputs of several shapes is several networks. */
  private static List<NetworkTask> withNamesOfTheirOwn(List<NetworkTask> tasks) {
    Map<String, Long> counts =
        tasks.stream().collect(Collectors.groupingBy(NetworkTask::name, Collectors.counting()));
    Set<String> taken = new HashSet<>();
    List<NetworkTask> renamed = new ArrayList<>();
    for (NetworkTask task : tasks) {
      boolean isOnly = counts.getOrDefault(task.name(), 0L) == 1;
      String name = isOnly ? task.name() : task.line();
      if (taken.add(name)) {
        renamed.add(new NetworkTask(name, task.file(), task.dims(), task.threads()));
      }
    }
    return renamed;
  }

  private static NetworkTask task(CommandLine command, String text, int threads) {
    Matcher parts = WITH_DIMS.matcher(text);
    boolean hasDims = parts.matches() && !Files.isRegularFile(Path.of(text));
    Path file = Path.of(hasDims ? parts.group(1) : text);
    String told = hasDims ? parts.group(2) : "";
    try {
      String name =
          Terminal.harmless(String.valueOf(file.getFileName())).replaceAll("\\.onnx$", "");
      return new NetworkTask(name, file, dims(file, Network.read(file).inputs(), told), threads);
    } catch (InvalidModelException | UnsupportedOperatorException | IllegalArgumentException e) {
      throw new ParameterException(
          command, "%s: %s".formatted(file, Terminal.harmless(String.valueOf(e.getMessage()))), e);
    }
  }

  private static Map<String, long[]> dims(Path file, List<ValueInfo> inputs, String told) {
    Map<String, long[]> dims = new LinkedHashMap<>();
    String left = told;
    for (ValueInfo input : inputs) {
      if (inputs.size() == 1 && ONLY_DIMS.matcher(told).matches()) {
        dims.put(input.name(), parsed(told));
        left = "";
        continue;
      }
      Matcher found =
          Pattern.compile("(?:^|:)" + Pattern.quote(input.name()) + "=" + DIMS + "(?=:|$)")
              .matcher(left);
      if (found.find()) {
        dims.put(input.name(), parsed(found.group(1)));
        left = left.substring(0, found.start()) + left.substring(found.end());
      } else {
        dims.put(input.name(), fixed(file, input));
      }
    }
    if (!left.isEmpty()) {
      throw new IllegalArgumentException(
          "'%s' gives no dimensions of an input; there are %s"
              .formatted(
                  left,
                  inputs.stream().map(ValueInfo::toString).collect(Collectors.joining(", "))));
    }
    return dims;
  }

  private static long[] parsed(String dims) {
    return Arrays.stream(dims.split("x", -1)).mapToLong(Long::parseLong).toArray();
  }

  private static long[] fixed(Path file, ValueInfo input) {
    List<Dim> dims = input.dims();
    if (dims == null || !dims.stream().allMatch(Dim.Fixed.class::isInstance)) {
      throw new IllegalArgumentException(
          "its input %s leaves dimensions open: write %s:%s=1x3x480x480, with yours"
              .formatted(input, file, input.name()));
    }
    return dims.stream().mapToLong(dim -> ((Dim.Fixed) dim).size()).toArray();
  }
}
