package io.github.conv4j.bench.results;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import io.github.conv4j.bench.limits.Limits;
import io.github.conv4j.bench.typed.TypeTime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A comparison. Times are nanoseconds, speeds ratios.
 *
 * @param schema what the fields mean: {@link #SCHEMA}
 * @param command that repeats it
 * @param seconds that it took
 * @param quick whether it was a quick look
 * @param machine names and values
 * @param threads of one call, for contenders that do not say otherwise
 * @param layout of sources and results
 * @param contenders the first is compared with
 * @param limits of the machine
 * @param calls what a call costs beside C; absent in results that did not look for it
 * @param types layers of other types beside f32; absent in results that did not look for them
 * @param layers what was found; the layers of a network follow each other
 */
public record BenchResults(
    String schema,
    String command,
    double seconds,
    boolean quick,
    Map<String, String> machine,
    int threads,
    String layout,
    List<Participant> contenders,
    Limits limits,
    @Nullable CallCosts calls,
    @Nullable List<TypeTime> types,
    List<LayerResult> layers) {
  /** The version of this form. */
  public static final String SCHEMA = "conv4j-bench/1";

  /** The network whose problems are too small to count among those of networks. */
  public static final String SMALL = "small";

  /** Copies the lists. */
  public BenchResults {
    machine = new LinkedHashMap<>(machine);
    contenders = contenders.stream().map(c -> c.threads() == 0 ? c.with(threads) : c).toList();
    types = types == null ? null : List.copyOf(types);
    layers = List.copyOf(layers);
  }

  /**
   * Who took part.
   *
   * @param name short
   * @param version name and version for people
   * @param ours whether it is an engine of conv4j
   * @param threads of one call; 0, as in older results, for those of the comparison
   */
  public record Participant(String name, String version, boolean ours, int threads) {
    private Participant with(int count) {
      return new Participant(name, version, ours, count);
    }
  }

  /** Returns layers of other types, none where nobody looked for them. */
  public List<TypeTime> typesOrNone() {
    return types == null ? List.of() : types;
  }

  /** Returns the contenders' names. */
  public List<String> names() {
    return contenders.stream().map(Participant::name).toList();
  }

  /** Tells whether somebody took part. */
  public boolean has(String contender) {
    return names().contains(contender);
  }

  /** Returns how many threads a call of a contender takes. */
  public int threads(String contender) {
    return contenders.stream()
        .filter(c -> c.name().equals(contender))
        .findFirst()
        .map(Participant::threads)
        .orElse(threads);
  }

  /** Tells whether a contender takes the threads of the comparison, as most do. */
  public boolean hasUsualThreads(String contender) {
    return threads(contender) == threads;
  }

  /** Returns the most GFLOP/s that the machine can do with a contender's threads, if known. */
  public Optional<Double> roof(LayerResult layer, String contender) {
    return hasUsualThreads(contender)
        ? Optional.of(layer.roofGigaflops()).filter(roof -> roof > 0)
        : limits
            .of(threads(contender))
            .map(ceiling -> ceiling.roof(layer.multiplications(), layer.bytes()))
            .filter(roof -> roof > 0);
  }

  /** Returns a contender's share of its roof, if both are known. */
  public Optional<Double> share(LayerResult layer, String contender) {
    return roof(layer, contender)
        .flatMap(roof -> layer.gigaflops(contender).map(speed -> speed / roof));
  }

  /** Returns the networks in the order of the layers. */
  public List<String> networks() {
    return List.copyOf(new LinkedHashSet<>(layers.stream().map(LayerResult::network).toList()));
  }

  /** Returns the layers of one network. */
  public List<LayerResult> of(String network) {
    return layers.stream().filter(layer -> layer.network().equals(network)).toList();
  }

  /** Sums up how one contender does against another on some layers. */
  public Tally tally(String contender, String other, Predicate<LayerResult> chosen) {
    return Tally.of(layers.stream().filter(chosen).toList(), contender, other);
  }

  /** Returns it as JSON. */
  public String toJson() {
    return new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create().toJson(this);
  }

  /**
   * Reads JSON.
   *
   * @throws IOException if it is something else
   */
  public static BenchResults fromJson(String json) throws IOException {
    try {
      BenchResults results = new Gson().fromJson(json, BenchResults.class);
      if (results == null || !SCHEMA.equals(results.schema())) {
        throw new IOException("these are no results of the form " + SCHEMA);
      }
      return results;
    } catch (RuntimeException e) { // of Gson, or of a record that lacks a part
      throw new IOException("these are no results of conv4j bench: " + e.getMessage(), e);
    }
  }

  /** Reads a file. */
  public static BenchResults read(Path file) throws IOException {
    return fromJson(Files.readString(file));
  }
}
