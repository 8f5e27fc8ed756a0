package io.github.conv4j.internal.compose;

import io.github.conv4j.internal.prepared.ByteSized;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.util.List;

/** The tensors between stages, for one concurrent caller. */
final class Buffers implements AutoCloseable, ByteSized {
  private final Arena arena = Arena.ofShared();
  private final Tensor[] tensors;
  private final float[] squares;

  Buffers(List<TensorSpec> specs) {
    this(specs, new float[0]);
  }

  /** With the working memory of {@link Reorder}. */
  Buffers(List<TensorSpec> specs, float[] squares) {
    this.squares = squares;
    try {
      tensors = specs.stream().map(spec -> Tensor.allocate(spec, arena)).toArray(Tensor[]::new);
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  Tensor get(int index) {
    return tensors[index];
  }

  /** The working memory of {@link Reorder}. */
  float[] squares() {
    return squares;
  }

  @Override
  public long byteSize() {
    long bytes = 0;
    for (Tensor tensor : tensors) {
      bytes += tensor.spec().byteSize();
    }
    return bytes;
  }

  @Override
  public void close() {
    arena.close();
  }
}
