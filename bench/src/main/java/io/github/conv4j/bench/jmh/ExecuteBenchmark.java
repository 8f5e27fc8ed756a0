package io.github.conv4j.bench.jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Warmup;

/** One call of a prepared convolution, with everything or nothing in the caches. */
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(
    value = 1,
    jvmArgs = {"--add-modules=jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ExecuteBenchmark {
  /** The same tensors again and again. */
  @Benchmark
  public void warm(Ready ready, Client client) {
    client.call(ready);
  }

  /** After {@link Eviction}. */
  @Benchmark
  public void cold(Ready ready, Client client, Eviction eviction) {
    client.call(ready);
  }
}
