package io.github.conv4j.examples.server;

import io.github.conv4j.engine.Engine;
import io.github.conv4j.examples.ocr.Pixels;
import io.github.conv4j.networks.WarmUpManifest;
import io.github.conv4j.networks.graph.Dim;
import io.github.conv4j.networks.graph.ValueInfo;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** What is done before the server says that it is ready. */
final class WarmUp {
  private static final System.Logger LOG = System.getLogger("io.github.conv4j.examples.server");

  /** The code around the networks is Java too, and the compiler asks for some runs. */
  private static final int TEXT_RUNS = 5;

  private final Engine engine;
  private final Collection<ServedModel> models;
  private final @Nullable TextService text;
  private final WarmUpManifest manifest;
  private final Duration timeLimit;

  WarmUp(
      Engine engine,
      Collection<ServedModel> models,
      @Nullable TextService text,
      WarmUpManifest manifest,
      Duration timeLimit) {
    this.engine = engine;
    this.models = models;
    this.text = text;
    this.manifest = manifest;
    this.timeLimit = timeLimit;
  }

  /**
   * Prepares what was seen before, and what every request will need, as long as there is time: each
   * model gets its share of what the others left. Those of small inputs are first: code that models
   * share is compiled while it computes little.
   */
  void run() {
    long end = System.nanoTime() + timeLimit.toNanos();
    int modelsLeft = models.size();
    tell("single convolutions", manifest.replay(engine));
    for (ServedModel model : models) {
      Map<String, long[]> fixed = fixedDims(model.network().inputs());
      if (fixed != null) {
        manifest.add(model.name(), fixed);
      }
    }
    List<ServedModel> smallFirst =
        models.stream().sorted(Comparator.comparingDouble(this::elementCount)).toList();
    for (ServedModel model : smallFirst) {
      tell(
          "model " + model.name(),
          manifest.replay(model.name(), model.shapes(), left(end).dividedBy(modelsLeft--)));
    }
    if (text != null) {
      readASign(text, end);
    }
  }

  /** Returns how many elements the largest inputs of a model have. */
  private double elementCount(ServedModel model) {
    return manifest.shapes(model.name()).stream()
        .mapToDouble(shape -> shape.values().stream().mapToDouble(WarmUp::elementCount).sum())
        .max()
        .orElse(0);
  }

  private static double elementCount(long[] dims) {
    return LongStream.of(dims).asDoubleStream().reduce(1, (a, b) -> a * b);
  }

  /** Returns the dimensions of all inputs; null if one of them leaves some open. */
  private static @Nullable Map<String, long[]> fixedDims(List<ValueInfo> inputs) {
    Map<String, long[]> dims = new HashMap<>();
    for (ValueInfo input : inputs) {
      List<Dim> each = input.dims();
      if (each == null || !each.stream().allMatch(Dim.Fixed.class::isInstance)) {
        return null;
      }
      dims.put(input.name(), each.stream().mapToLong(dim -> ((Dim.Fixed) dim).size()).toArray());
    }
    return dims;
  }

  private static void tell(String what, WarmUpManifest.Replay replay) {
    if (replay.preparedCount() + replay.leftOutCount() > 0) {
      LOG.log(
          Level.INFO,
          "{0}: {1} of the manifest made ready, no room or time for {2}",
          what,
          replay.preparedCount(),
          replay.leftOutCount());
    }
    replay
        .refused()
        .forEach(line -> LOG.log(Level.WARNING, "{0}: not made ready: {1}", what, line));
  }

  private static Duration left(long end) {
    return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
  }

  private static void readASign(TextService text, long end) {
    BufferedImage sign = sign();
    for (int i = 0; i < TEXT_RUNS && left(end).isPositive(); i++) {
      text.lines(sign);
    }
  }

  /** A picture and not drawn, since a server may have no fonts. */
  private static BufferedImage sign() {
    try (InputStream in = WarmUp.class.getResourceAsStream("sign.png")) {
      return Pixels.read(Objects.requireNonNull(in).readAllBytes(), Long.MAX_VALUE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
