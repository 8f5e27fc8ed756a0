package io.github.conv4j.bench.jmh;

import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
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
import org.openjdk.jmh.annotations.Warmup;

/** What a program waits for before its first result; each figure is one JVM. */
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(
    value = 5,
    jvmArgs = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 0)
@Measurement(iterations = 1)
public class FirstCallBenchmark {
  /** The numbers, which are not measured. */
  @State(Scope.Benchmark)
  @SuppressWarnings("NullAway.Init") // set up by JMH
  public static class Numbers {
    private Task task;

    /** Draws them. */
    @Setup(Level.Trial)
    public void draw(Setting setting) {
      task = setting.task();
    }
  }

  /** Loads and opens the engine, prepares, computes. */
  @Benchmark
  public float fromNothing(Setting setting, Numbers numbers) {
    try (Engine engine = setting.open();
        PreparedConvolution prepared = setting.prepare(engine, numbers.task);
        Arena arena = Arena.ofConfined()) {
      Tensor src = Tensor.ofFloats(prepared.src(), numbers.task.src(), arena);
      Tensor dst = Tensor.allocate(prepared.dst(), arena);
      prepared.execute(src, dst);
      return dst.getFloat(new long[dst.spec().shape().rank()]);
    }
  }

  /** Computes for the first time; engine and convolution are ready. */
  @Benchmark
  public void execute(Ready ready, Client client) {
    client.call(ready);
  }
}
