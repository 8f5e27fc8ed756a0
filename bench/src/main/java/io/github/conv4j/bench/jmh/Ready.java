package io.github.conv4j.bench.jmh;

import io.github.conv4j.bench.contender.Task;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** An engine and one prepared convolution, which all threads of a benchmark share. */
@State(Scope.Benchmark)
@SuppressWarnings("NullAway.Init") // set up by JMH
public class Ready {
  Task task;
  PreparedConvolution convolution;
  private Engine engine;

  /** Prepares. */
  @Setup(Level.Trial)
  public void prepare(Setting setting) {
    task = setting.task();
    engine = setting.open();
    convolution = setting.prepare(engine, task);
  }

  /** Closes. */
  @TearDown(Level.Trial)
  public void close() {
    convolution.close();
    engine.close();
  }
}
