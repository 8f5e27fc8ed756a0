package io.github.conv4j.onednn;

import io.github.conv4j.PreparedConvolution;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.internal.prepared.PrepareRequest;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;

/** The way out for the few problems that oneDNN gets wrong: the naive loops, said aloud. */
final class SafeLoops implements AutoCloseable {
  private final Engine reference;

  SafeLoops(EngineOptions options) {
    this.reference = Engines.named("reference", options);
  }

  PreparedConvolution prepare(PrepareRequest request, String reason) {
    String problem = request.problemText();
    SlowLog.tell("the naive loops run, since " + reason, problem);
    PreparedConvolution loops =
        reference.prepare(
            request.convolution(), request.src(), request.dst(), request.weights(), request.bias());
    String warning = "the naive loops run this, slowly: " + reason;
    return new Renamed(
        loops,
        new Explanation(OnednnEngine.NAME, problem, loops.explain().stages(), List.of(warning)));
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
  public void close() {
    reference.close();
  }
}
