package io.github.conv4j.bench.jmh;

import io.github.conv4j.Convolution;
import io.github.conv4j.bench.contender.EngineName;
import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.engine.Accuracy;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.TensorSpec;
import io.github.conv4j.validation.LayoutChoice;
import java.util.Locale;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** What is measured: the parameters of all benchmarks. */
@State(Scope.Benchmark)
public class Setting {
  /** Starts the line of a transposed problem. */
  static final String TRANSPOSED = "t:";

  /** In benchdnn's syntax; {@code t:} before it makes it a transposed one. */
  @Param({
    "mb1_ic64oc64_ih56kh3ph1",
    "mb1_ic256oc64_ih56kh1",
    "g144mb1_ic144oc144_ih56kh3ph1",
    "mb1_ic8oc8_ih8kh3ph1"
  })
  public String problem = "";

  /** An engine's name; {@code vector:relaxed} asks for the relaxed accuracy. */
  @Param({"onednn", "vector"})
  public String engine = "";

  /** The element type, for example {@code f32}. */
  @Param("f32")
  public String type = "";

  /** {@code nchw}, {@code nhwc} or {@code any}. */
  @Param("nhwc")
  public String layout = "";

  /** The engine's budget. */
  @Param("1")
  public int threads;

  Task task() {
    Problem parsed =
        problem.startsWith(TRANSPOSED)
            ? Problem.parseTransposed(problem.substring(TRANSPOSED.length()))
            : Problem.parse(problem);
    return Task.random(parsed, LayoutChoice.valueOf(layout.toUpperCase(Locale.ROOT)), threads, 1);
  }

  Engine open() {
    EngineName name =
        EngineName.parse(engine)
            .filter(parsed -> parsed.threads() == 0)
            .orElseThrow(
                () ->
                    new IllegalArgumentException("'" + engine + "' is not the name of an engine"));
    return Engines.named(
        name.engine(),
        EngineOptions.defaults()
            .withThreads(threads)
            .withAccuracy(name.relaxed() ? Accuracy.RELAXED : Accuracy.STRICT));
  }

  PreparedConvolution prepare(Engine engine, Task task) {
    Convolution c = task.problem().convolution();
    var shape = task.problem().src();
    TensorSpec src = TensorSpec.of(dataType(), task.layout().forRank(shape.rank()), shape);
    return engine.prepare(c, src, task.weights(), c.hasBias() ? task.bias() : null);
  }

  private DataType dataType() {
    return DataType.valueOf(type.toUpperCase(Locale.ROOT));
  }
}
