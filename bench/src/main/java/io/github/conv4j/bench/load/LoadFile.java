package io.github.conv4j.bench.load;

import com.google.gson.GsonBuilder;
import io.github.conv4j.bench.contender.Task;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.HistogramIterationValue;

/** The figures as JSON, times in nanoseconds: what the report draws. */
public final class LoadFile {
  private static final String NAME = "load.json";
  private static final int TICKS_PER_HALF_DISTANCE = 4;

  private LoadFile() {}

  /** Writes {@value #NAME} into a folder, which is made, and returns its path. */
  public static Path write(Path folder, Task task, double rate, List<LaneResult> results)
      throws IOException {
    Map<String, Object> root = new LinkedHashMap<>();
    root.put("problem", task.problem().line());
    root.put("transposed", task.problem().convolution().isTransposed());
    root.put("layout", task.layout().name().toLowerCase(Locale.ROOT));
    root.put("rate", rate);
    root.put("lanes", results.stream().map(LoadFile::lane).toList());
    Files.createDirectories(folder);
    String json = new GsonBuilder().setPrettyPrinting().create().toJson(root);
    return Files.writeString(folder.resolve(NAME), json + "\n");
  }

  private static Map<String, Object> lane(LaneResult result) {
    Map<String, Object> lane = new LinkedHashMap<>();
    lane.put("contender", result.name().contender());
    lane.put("version", result.name().version());
    lane.put("implementation", result.implementation());
    lane.put("clients", result.name().clients());
    lane.put("threads", result.name().threads());
    lane.put("apart", result.name().apart());
    lane.put("calls", result.calls());
    lane.put("seconds", result.seconds());
    lane.put("throughput", result.throughput());
    lane.put("errors", result.errors());
    lane.put("error", result.error());
    lane.put("unserved", result.unserved());
    List<Map<String, Object>> percentiles = new ArrayList<>();
    for (HistogramIterationValue value : result.latencies().percentiles(TICKS_PER_HALF_DISTANCE)) {
      percentiles.add(
          Map.of("percentile", value.getPercentile(), "nanos", value.getValueIteratedTo()));
    }
    lane.put("percentiles", percentiles);
    return lane;
  }
}
