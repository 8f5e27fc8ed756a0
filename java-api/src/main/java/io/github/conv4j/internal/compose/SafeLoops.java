package io.github.conv4j.internal.compose;

import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The way out for the few problems that an engine gets wrong: the naive loops, said aloud. */
public final class SafeLoops implements AutoCloseable {
  private final String engine;
  private final EngineOptions options;
  private @Nullable Engine reference;

  /** Creates the way out of an engine. */
  public SafeLoops(String engine, EngineOptions options) {
    this.engine = engine;
    this.options = options;
  }

  /** Prepares the naive loops, with the reason in the log and in the explanation. */
  public PreparedConvolution prepare(PrepareRequest request, String reason) {
    String problem = request.problemText();
    SlowLog.tell("the naive loops run, since " + reason, problem);
    PreparedConvolution loops =
        reference()
            .prepare(
                request.convolution(),
                request.src(),
                request.dst(),
                request.weights(),
                request.bias());
    String warning = "the naive loops run this, slowly: " + reason;
    return new Renamed(
        loops, new Explanation(engine, problem, loops.explain().stages(), List.of(warning)));
  }

  private synchronized Engine reference() {
    if (reference == null) {
      reference = Engines.named("reference", options);
    }
    return reference;
  }

  /** Tells whether no weight is infinite or not a number. */
  public static boolean allFinite(Tensor weights) {
    MemorySegment segment = weights.segment();
    int largestMagnitude = 0;
    for (long i = 0, n = segment.byteSize() / Float.BYTES; i < n; i++) {
      largestMagnitude =
          Math.max(largestMagnitude, segment.getAtIndex(ValueLayout.JAVA_INT, i) & 0x7fff_ffff);
    }
    return Float.isFinite(Float.intBitsToFloat(largestMagnitude));
  }

  /** The same convolution with the explanation of the engine that was asked. */
  private record Renamed(PreparedConvolution loops, Explanation explain)
      implements PreparedConvolution {
    @Override
    public TensorSpec src() {
      return loops.src();
    }

    @Override
    public TensorSpec dst() {
      return loops.dst();
    }

    @Override
    public void execute(Tensor src, Tensor dst) {
      loops.execute(src, dst);
    }

    @Override
    public void close() {
      loops.close();
    }
  }

  @Override
  public synchronized void close() {
    if (reference != null) {
      reference.close();
    }
  }
}
