package io.github.conv4j.bench.load;

import com.google.gson.GsonBuilder;
import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.bench.results.LoadResults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The figures as JSON, times in nanoseconds: what the report draws. */
public final class LoadFile {
  private static final String NAME = "load.json";
  private static final List<String> PERCENTAGES =
      List.of("0", "10", "25", "50", "75", "90", "95", "99", "99.5", "99.9", "99.99", "100");

  private LoadFile() {}

  /** Writes {@value #NAME} into a folder, which is made, and returns its path. */
  public static Path write(Path folder, Task task, double rate, List<LaneResult> results)
      throws IOException {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("schema", LoadResults.SCHEMA);
    root.put("transposed", task.problem().convolution().isTransposed());
    root.put("layout", task.layout().name().toLowerCase(Locale.ROOT));
    String problem = task.problem().line();
    root.put("runs", results.stream().map(result -> run(problem, rate, result)).toList());
    Files.createDirectories(folder);
    String json = new GsonBuilder().setPrettyPrinting().create().toJson(root);
    return Files.writeString(folder.resolve(NAME), json + "\n");
  }

  private static Map<String, Object> run(String problem, double rate, LaneResult result) {
    Map<String, Object> run = new LinkedHashMap<>();
    run.put("contender", result.name().contender());
    run.put("problem", problem);
    run.put("mode", rate == 0 ? "closed" : "open");
    run.put("rate", rate);
    run.put("version", result.name().version());
    run.put("implementation", result.implementation());
    run.put("clients", result.name().clients());
    run.put("threads", result.name().threads());
    run.put("apart", result.name().apart());
    run.put("calls", result.calls());
    run.put("seconds", result.seconds());
    run.put("throughput", result.throughput());
    run.put("errors", result.errors());
    run.put("error", result.error());
    run.put("unserved", result.unserved());
    Map<String, Long> percentiles = new LinkedHashMap<>();
    for (String percentage : PERCENTAGES) {
      percentiles.put(percentage, result.percentile(Double.parseDouble(percentage)));
    }
    run.put("percentiles", percentiles);
    return run;
  }
}
