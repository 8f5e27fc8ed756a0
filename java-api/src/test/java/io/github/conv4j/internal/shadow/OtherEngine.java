package io.github.conv4j.internal.shadow;

import io.github.conv4j.ConvolutionSequence;
import io.github.conv4j.Parameters;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.EngineOptions;
import io.github.conv4j.engine.Engines;
import io.github.conv4j.engine.Explanation;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.engine.Support;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.util.List;

/** The reference, which does something before it prepares, and adds something to each result. */
final class OtherEngine implements Engine {
  private final Engine reference = Engines.named("reference");
  private final Runnable before;
  private final float error;
  private volatile boolean closed;

  OtherEngine(Runnable before, float error) {
    this.before = before;
    this.error = error;
  }

  private record Wrong(PreparedConvolution right, float error) implements PreparedConvolution {
    @Override
    public TensorSpec src() {
      return right.src();
    }

    @Override
    public TensorSpec dst() {
      return right.dst();
    }

    @Override
    public Explanation explain() {
      return right.explain();
    }

    @Override
    public void execute(Tensor src, Tensor dst) {
      right.execute(src, dst);
      float[] values = dst.toFloatArray();
      for (int i = 0; i < values.length; i++) {
        values[i] += error;
      }
      dst.copyFrom(values);
    }

    @Override
    public void close() {
      right.close();
    }
  }

  @Override
  public String name() {
    return "other";
  }

  @Override
  public EngineOptions options() {
    return reference.options();
  }

  @Override
  public Support support(ConvolutionRequest request) {
    return reference.support(request);
  }

  @Override
  public PreparedConvolution prepare(ConvolutionRequest request) {
    before.run();
    return new Wrong(reference.prepare(request), error);
  }

  @Override
  public PreparedConvolution prepare(
      ConvolutionSequence sequence, TensorSpec src, List<Parameters> parameters) {
    return reference.prepare(sequence, src, parameters);
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public void close() {
    closed = true;
    reference.close();
  }
}
