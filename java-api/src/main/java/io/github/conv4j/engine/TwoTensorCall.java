package io.github.conv4j.engine;

import io.github.conv4j.tensor.Tensor;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call of a convolution whose post-ops are given nothing at each run. */
final class TwoTensorCall implements ConvolutionCall {
  private final PreparedConvolution prepared;
  private @Nullable Tensor src;
  private @Nullable Tensor dst;

  TwoTensorCall(PreparedConvolution prepared) {
    this.prepared = prepared;
  }

  @Override
  public ConvolutionCall src(Tensor tensor) {
    src = Objects.requireNonNull(tensor, "src");
    return this;
  }

  @Override
  public ConvolutionCall dst(Tensor tensor) {
    dst = Objects.requireNonNull(tensor, "dst");
    return this;
  }

  @Override
  public ConvolutionCall operand(int index, Tensor operand) {
    throw new IndexOutOfBoundsException("%s takes no operand at each run".formatted(prepared));
  }

  @Override
  public void execute() {
    prepared.execute(bound(src, "src"), bound(dst, "dst"));
  }

  @Override
  public void execute(Duration longestWait) {
    prepared.execute(bound(src, "src"), bound(dst, "dst"), longestWait);
  }

  private static Tensor bound(@Nullable Tensor tensor, String name) {
    if (tensor == null) {
      throw new IllegalStateException("%s is not bound".formatted(name));
    }
    return tensor;
  }
}
