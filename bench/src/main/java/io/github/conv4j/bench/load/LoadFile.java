package io.github.conv4j.bench.load;

import com.google.gson.GsonBuilder;
import io.github.conv4j.bench.results.LoadResults;
import io.github.conv4j.validation.LayoutChoice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The figures as JSON, times in nanoseconds: what the report draws.
 *
 * @param networks whether whole networks ran
 * @param transposed whether a transposed convolution ran
 * @param layout of a convolution's tensors
 * @param rate of an open loop; 0 for a closed one
 */
public record LoadFile(boolean networks, boolean transposed, LayoutChoice layout, double rate) {
  private static final String NAME = "load.json";
  private static final List<String> PERCENTAGES =
      List.of("0", "10", "25", "50", "75", "90", "95", "99", "99.5", "99.9", "99.99", "100");

  /**
   * Writes {@value #NAME} into a folder, which is made, and returns its path.
   *
   * @param results by the lines of what ran
   */
  public Path write(Path folder, Map<String, List<LaneResult>> results) throws IOException {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("schema", LoadResults.SCHEMA);
    root.put("networks", networks);
    if (!networks) {
      root.put("transposed", transposed);
      root.put("layout", layout.name().toLowerCase(Locale.ROOT));
    }
    List<Map<String, Object>> runs = new ArrayList<>();
    results.forEach((problem, lanes) -> lanes.forEach(result -> runs.add(run(problem, result))));
    root.put("runs", runs);
    Files.createDirectories(folder);
    String json = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(root);
    return Files.writeString(folder.resolve(NAME), json + "\n");
  }

  private Map<String, Object> run(String problem, LaneResult result) {
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
