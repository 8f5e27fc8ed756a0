package io.github.conv4j.bench.contender;

import io.github.conv4j.Convolution;
import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.Support;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * An engine of conv4j with one accuracy: {@code vector}, or {@code vector:relaxed}.
 *
 * <p><b>Memory.</b> Each entry has tensors of its own, freed by its {@code close}.
 */
public final class EngineContender implements Contender {
  /** What follows the name of an engine whose accuracy is relaxed. */
  public static final String RELAXED = ":relaxed";

  private final String name;
  private final Engine engine;

  private EngineContender(String name, Engine engine) {
    this.name = name;
    this.engine = engine;
  }

  /**
   * Starts an engine.
   *
   * @throws io.github.conv4j.EngineUnavailableException if it cannot start
   */
  public static EngineContender open(String name, int threads) {
    Accuracy accuracy = name.endsWith(RELAXED) ? Accuracy.RELAXED : Accuracy.STRICT;
    EngineOptions options = new EngineOptions(threads).withAccuracy(accuracy);
    return new EngineContender(name, Engines.named(engine(name), options));
  }

  /** Returns the engine's own name. */
  public static String engine(String name) {
    return name.endsWith(RELAXED) ? name.substring(0, name.length() - RELAXED.length()) : name;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String version() {
    String version =
        Engines.survey().stream()
            .filter(found -> found.name().equals(engine.name()))
            .map(found -> found.availability())
            .map(a -> a instanceof Availability.Available yes ? yes.version() : "")
            .collect(Collectors.joining());
    String accuracy = engine.options().accuracy().name().toLowerCase(Locale.ROOT);
    return "%s %s, %s".formatted(engine.name(), version, accuracy);
  }

  @Override
  public Optional<String> lack(Task task) {
    return engine.support(task.problem().convolution(), src(task))
            instanceof Support.Unsupported(String reason)
        ? Optional.of(reason)
        : Optional.empty();
  }

  @Override
  public Entry enter(Task task) {
    Convolution convolution = task.problem().convolution();
    float[] bias = convolution.hasBias() ? task.bias() : null;
    long begin = System.nanoTime();
    PreparedConvolution prepared = engine.prepare(convolution, src(task), task.weights(), bias);
    return new Prepared(prepared, System.nanoTime() - begin, task.src());
  }

  private static TensorSpec src(Task task) {
    var shape = task.problem().src();
    return TensorSpec.of(DataType.F32, task.layout().forRank(shape.rank()), shape);
  }

  @Override
  public void close() {
    engine.close();
  }

  private static final class Prepared implements Entry {
    private final PreparedConvolution prepared;
    private final long prepareNanos;
    private final Arena arena = Arena.ofShared();
    private final Tensor src;
    private final Tensor dst;

    Prepared(PreparedConvolution prepared, long prepareNanos, float[] src) {
      this.prepared = prepared;
      this.prepareNanos = prepareNanos;
      this.src = Tensor.ofFloats(prepared.src(), src, arena);
      this.dst = Tensor.allocate(prepared.dst(), arena);
    }

    @Override
    public void call() {
      prepared.execute(src, dst);
    }

    @Override
    public float[] result() {
      return dst.toFloatArray();
    }

    @Override
    public String implementation() {
      return prepared.explain().stages().stream()
          .map(Explanation.Stage::implementation)
          .collect(Collectors.joining("+"));
    }

    @Override
    public OptionalLong prepareNanos() {
      return OptionalLong.of(prepareNanos);
    }

    @Override
    public void close() {
      prepared.close();
      arena.close();
    }
  }
}
