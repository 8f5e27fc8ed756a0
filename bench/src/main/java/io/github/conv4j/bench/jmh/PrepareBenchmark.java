package io.github.conv4j.bench.jmh;

import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.problem.Problem;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Making a convolution ready and closing it again. */
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PrepareBenchmark {
  private static final int OTHER_PROBLEMS = 50;

  /** An engine that has prepared other problems before, so that its code is loaded. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // set up by JMH
  public static class Open {
    private Setting setting;
    private Engine engine;
    private Task task;

    /** Opens. */
    @Setup(Level.Trial)
    public void open(Setting setting) {
      this.setting = setting;
      engine = setting.open();
      task = setting.task();
      for (int i = 0; i < OTHER_PROBLEMS; i++) {
        Problem other = Problem.parse("mb1_ic8oc8_ih%dkh3ph1".formatted(9 + i));
        setting.prepare(engine, Task.random(other, task.layout(), task.threads(), 1)).close();
      }
    }

    PreparedConvolution prepare() {
      return setting.prepare(engine, task);
    }

    /** Closes. */
    @TearDown(Level.Trial)
    public void close() {
      engine.close();
    }
  }

  /** A problem that was prepared before: kernels come from the engine's caches. */
  @Benchmark
  @BenchmarkMode(Mode.AverageTime)
  @Fork(
      value = 1,
      jvmArgs = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
  @Warmup(iterations = 3, time = 1)
  @Measurement(iterations = 5, time = 1)
  public void seen(Open open) {
    try (PreparedConvolution prepared = open.prepare()) {
      requireOpen(prepared);
    }
  }

  /** A problem that is new to the process: each figure is one JVM. */
  @Benchmark
  @BenchmarkMode(Mode.SingleShotTime)
  @Fork(
      value = 5,
      jvmArgs = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
  @Warmup(iterations = 0)
  @Measurement(iterations = 1)
  public void unseen(Open open) {
    try (PreparedConvolution prepared = open.prepare()) {
      requireOpen(prepared);
    }
  }

  private static void requireOpen(PreparedConvolution prepared) {
    if (prepared.dst().isAny()) {
      throw new IllegalStateException("a prepared convolution has no layout");
    }
  }
}
