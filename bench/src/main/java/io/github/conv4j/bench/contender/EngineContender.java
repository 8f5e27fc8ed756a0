package io.github.conv4j.bench.contender;

import io.github.conv4j.Convolution;
import io.github.conv4j.Parameters;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.Availability;
import io.github.conv4j.engine.ConvolutionCall;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Support;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An engine of conv4j with one accuracy: {@code vector}, or {@code vector:relaxed}. The threads of
 * its name, else the task's, are the budget of one engine, which is opened when a task first asks
 * for so many; several clients share it and one prepared convolution.
 *
 * <p><b>Memory.</b> Each entry has tensors of its own, freed by its {@code close}.
 */
public final class EngineContender implements Contender {
  private final EngineName name;
  private final Map<Integer, Engine> engines = new HashMap<>();

  /**
   * Creates a contender for the engine of that name, as {@link EngineName} reads it.
   *
   * @throws IllegalArgumentException if the name has another form
   */
  public EngineContender(String name) {
    this.name =
        EngineName.parse(name)
            .filter(parsed -> !parsed.isBf16())
            .orElseThrow(() -> new IllegalArgumentException("no engine is named " + name));
  }

  /**
   * Creates a contender whose engine is started already.
   *
   * @throws io.github.conv4j.EngineUnavailableException if it cannot start
   */
  public static EngineContender open(String name, int threads) {
    var contender = new EngineContender(name);
    contender.engineOf(contender.threads(threads));
    return contender;
  }

  private Accuracy accuracy() {
    return name.relaxed() ? Accuracy.RELAXED : Accuracy.STRICT;
  }

  private synchronized Engine engineOf(int threads) {
    return engines.computeIfAbsent(
        threads,
        count ->
            Engines.named(
                name.engine(),
                EngineOptions.defaults()
                    .withThreads(count)
                    .withAccuracy(accuracy())
                    .withReady(true)));
  }

  @Override
  public String name() {
    return name.toString();
  }

  @Override
  public int threads(int asked) {
    return name.threads() == 0 ? asked : name.threads();
  }

  @Override
  public String version() {
    String version =
        Engines.survey().stream()
            .filter(found -> found.name().equals(name.engine()))
            .map(found -> found.availability())
            .map(a -> a instanceof Availability.Available yes ? yes.version() : "")
            .collect(Collectors.joining());
    String threads =
        switch (name.threads()) {
          case 0 -> "";
          case 1 -> ", 1 thread";
          default -> ", %d threads".formatted(name.threads());
        };
    return "%s %s, %s%s"
        .formatted(name.engine(), version, accuracy().name().toLowerCase(Locale.ROOT), threads);
  }

  @Override
  public Optional<String> lack(Task task) {
    return engineOf(threads(task.threads())).support(task.problem().convolution(), src(task))
            instanceof Support.Unsupported(String reason)
        ? Optional.of(reason)
        : Optional.empty();
  }

  @Override
  public Entry enter(Task task) {
    return enter(task, 1).getFirst();
  }

  @Override
  public List<Entry> enter(Task task, int clients) {
    return enter(engineOf(threads(task.threads())), task, clients);
  }

  /** Makes a task ready on an engine, which stays open, for several clients. */
  public static List<Entry> enter(Engine engine, Task task, int clients) {
    float[] bias = task.problem().convolution().hasBias() ? task.bias() : null;
    long begin = System.nanoTime();
    PreparedConvolution prepared = prepare(engine, task, bias);
    long prepareNanos = System.nanoTime() - begin;
    var shared = new LastOut(clients, prepared::close);
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      entries.add(new Client(prepared, prepareNanos, shared, task.src()));
    }
    return entries;
  }

  private static PreparedConvolution prepare(Engine engine, Task task, float @Nullable [] bias) {
    Convolution convolution = task.problem().convolution();
    if (convolution.postOps().requestOperands().isEmpty()) {
      return engine.prepare(convolution, src(task), task.weights(), bias);
    }
    try (Arena arena = Arena.ofConfined()) {
      Parameters parameters =
          Parameters.of(convolution, task.weights(), bias, arena)
              .withOperands(Operands.ofRequest(task.problem(), arena));
      return engine.prepare(
          ConvolutionRequest.of(convolution, src(task)).withParameters(parameters));
    }
  }

  private static TensorSpec src(Task task) {
    var shape = task.problem().src();
    return TensorSpec.of(DataType.F32, task.layout().forRank(shape.rank()), shape);
  }

  @Override
  public synchronized void close() {
    engines.values().forEach(Engine::close);
    engines.clear();
  }

  private static final class Client implements Entry {
    private final PreparedConvolution prepared;
    private final long prepareNanos;
    private final LastOut shared;
    private final Arena arena = Arena.ofShared();
    private final Tensor src;
    private final Tensor dst;

    /** Where post-ops are given operands at each run. */
    private final @Nullable ConvolutionCall call;

    Client(PreparedConvolution prepared, long prepareNanos, LastOut shared, float[] src) {
      this.prepared = prepared;
      this.prepareNanos = prepareNanos;
      this.shared = shared;
      this.src = Tensor.ofFloats(prepared.src(), src, arena);
      this.dst = Tensor.allocate(prepared.dst(), arena);
      List<Tensor> operands = Operands.ofRun(prepared.operands(), arena);
      this.call = operands.isEmpty() ? null : prepared.call().src(this.src).dst(dst);
      for (int i = 0; i < operands.size() && call != null; i++) {
        call.operand(i, operands.get(i));
      }
    }

    @Override
    public void call() {
      if (call == null) {
        prepared.execute(src, dst);
      } else {
        call.execute();
      }
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
      if (arena.scope().isAlive()) {
        arena.close();
        shared.release();
      }
    }
  }
}
