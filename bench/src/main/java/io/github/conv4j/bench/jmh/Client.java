package io.github.conv4j.bench.jmh;

import io.github.conv4j.tensor.Tensor;
import java.lang.foreign.Arena;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/** The tensors of one calling thread. */
@State(Scope.Thread)
@SuppressWarnings("NullAway.Init") // set up by JMH
public class Client {
  private final Arena arena = Arena.ofShared();
  private Tensor src;
  private Tensor dst;

  /** Fills the source. */
  @Setup(Level.Trial)
  public void allocate(Ready ready) {
    src = Tensor.ofFloats(ready.convolution.src(), ready.task.src(), arena);
    dst = Tensor.allocate(ready.convolution.dst(), arena);
  }

  /** Computes once; the result is memory that the compiler cannot see through. */
  void call(Ready ready) {
    ready.convolution.execute(src, dst);
  }

  /** Frees. */
  @TearDown(Level.Trial)
  public void free() {
    arena.close();
  }
}
