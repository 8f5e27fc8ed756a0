package io.github.conv4j.bench.whole;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Whole networks by several contenders.
 *
 * @param schema what the fields mean: {@link #SCHEMA}
 * @param command that measured
 * @param threads of a run
 * @param millis how long each contender was measured for each network
 * @param machine facts about it
 * @param contenders those who took part
 * @param results one a network and contender
 */
public record NetworkResults(
    String schema,
    String command,
    int threads,
    int millis,
    Map<String, String> machine,
    List<Participant> contenders,
    List<NetworkResult> results) {
  /** The version of this form. */
  public static final String SCHEMA = "conv4j-networks/1";

  private static final String ONNX_RUNTIME = "onnxruntime";

  /** What JSON has no number for is null there. */
  private static final Gson GSON =
      new GsonBuilder()
          .setPrettyPrinting()
          .disableHtmlEscaping()
          .serializeNulls()
          .registerTypeAdapter(double.class, new NullForNan())
          .registerTypeAdapter(Double.class, new NullForNan()) // a field by its value's class
          .create();

  /** Copies the lists. */
  public NetworkResults {
    contenders = List.copyOf(contenders);
    results = List.copyOf(results);
  }

  /** Who took part. */
  public record Participant(String name, String version) {}

  /**
   * How often as fast as another a contender is.
   *
   * @param geometricMean over the networks
   * @param least of them
   * @param networks how many both ran
   */
  public record Gain(double geometricMean, double least, int networks) {}

  private static final class NullForNan extends TypeAdapter<Double> {
    @Override
    public void write(JsonWriter out, Double value) throws IOException {
      if (Double.isFinite(value)) {
        out.value(value);
      } else {
        out.nullValue();
      }
    }

    @Override
    public Double read(JsonReader in) throws IOException {
      if (in.peek() == JsonToken.NULL) {
        in.nextNull();
        return Double.NaN;
      }
      return in.nextDouble();
    }
  }

  /** Returns the same with other results. */
  public NetworkResults with(List<NetworkResult> others) {
    return new NetworkResults(schema, command, threads, millis, machine, contenders, others);
  }

  /** Returns the names of contenders in their order. */
  public List<String> names() {
    return contenders.stream().map(Participant::name).toList();
  }

  /** Returns the names of networks in their order. */
  public List<String> networks() {
    return List.copyOf(new LinkedHashSet<>(results.stream().map(NetworkResult::network).toList()));
  }

  /** Returns what a contender took for a network, if it ran it. */
  public Optional<NetworkResult> timed(String network, String contender) {
    return results.stream()
        .filter(result -> result.network().equals(network))
        .filter(result -> result.contender().equals(contender))
        .filter(NetworkResult::isTimed)
        .findFirst();
  }

  /** Returns whom the others are compared with: ONNX Runtime if it took part, else the first. */
  public String base() {
    return names().contains(ONNX_RUNTIME) ? ONNX_RUNTIME : names().getFirst();
  }

  /** Returns how often as fast as {@link #base} a contender is, by their medians. */
  public Optional<Double> ratio(String network, String contender) {
    return timed(network, base())
        .flatMap(
            base ->
                timed(network, contender)
                    .map(result -> base.medianMillis() / result.medianMillis()));
  }

  /** Returns all ratios of a contender together, if there is one. */
  public Optional<Gain> gain(String contender) {
    double[] ratios =
        networks().stream()
            .flatMap(network -> ratio(network, contender).stream())
            .mapToDouble(Double::doubleValue)
            .toArray();
    if (ratios.length == 0) {
      return Optional.empty();
    }
    double logs = 0;
    double least = Double.POSITIVE_INFINITY;
    for (double ratio : ratios) {
      logs += Math.log(ratio);
      least = Math.min(least, ratio);
    }
    return Optional.of(new Gain(Math.exp(logs / ratios.length), least, ratios.length));
  }

  /** Whether each start was measured in a process of its own. */
  public boolean startedAlone() {
    return results.stream()
        .filter(NetworkResult::isTimed)
        .allMatch(result -> result.startUp().ownProcess());
  }

  /** Returns it as JSON. */
  public String toJson() {
    return GSON.toJson(this) + "\n";
  }

  /** Whether a file claims to hold such results. */
  public static boolean isIn(Path file) throws IOException {
    return Files.readString(file).contains("\"" + SCHEMA + "\"");
  }

  /**
   * Reads a file.
   *
   * @throws IOException if it is something else
   */
  public static NetworkResults read(Path file) throws IOException {
    try {
      NetworkResults results = GSON.fromJson(Files.readString(file), NetworkResults.class);
      if (results == null || !SCHEMA.equals(results.schema())) {
        throw new IOException("these are no results of the form " + SCHEMA);
      }
      return results;
    } catch (RuntimeException e) { // of Gson, or of a record that lacks a part
      throw new IOException(
          "these are no results of conv4j bench --networks: " + e.getMessage(), e);
    }
  }
}
