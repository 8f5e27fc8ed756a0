package io.github.conv4j.internal.prepared;

import io.github.conv4j.engine.ConvolutionCall;
import io.github.conv4j.tensor.Tensor;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A call whose tensors are bound once. */
final class BoundCall implements ConvolutionCall {
  private final BudgetedConvolution prepared;
  private final @Nullable Tensor[] operands;
  private @Nullable Tensor src;
  private @Nullable Tensor dst;

  BoundCall(BudgetedConvolution prepared) {
    this.prepared = prepared;
    this.operands = new Tensor[prepared.operands().size()];
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
    Objects.checkIndex(index, operands.length);
    operands[index] = Objects.requireNonNull(operand, "operand");
    return this;
  }

  @Override
  public void execute() {
    prepared.execute(bound(src, "src"), bound(dst, "dst"), boundOperands(), null);
  }

  @Override
  public void execute(Duration longestWait) {
    Objects.requireNonNull(longestWait, "longestWait");
    prepared.execute(bound(src, "src"), bound(dst, "dst"), boundOperands(), longestWait);
  }

  private static Tensor bound(@Nullable Tensor tensor, String name) {
    if (tensor == null) {
      throw new IllegalStateException("%s is not bound".formatted(name));
    }
    return tensor;
  }

  @SuppressWarnings("NullAway") // each is looked at
  private Tensor[] boundOperands() {
    for (int i = 0; i < operands.length; i++) {
      if (operands[i] == null) {
        throw new IllegalStateException(
            "operand %d of %s is not bound: it takes %s"
                .formatted(i, prepared, prepared.operands().get(i)));
      }
    }
    return operands;
  }
}
