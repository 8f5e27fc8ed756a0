package io.github.conv4j.internal.compose;

import io.github.conv4j.internal.copies.StridedCopy;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;

/** Copies an activation into another plain or strided layout. */
final class Reorder {
  private final StridedCopy copy;

  Reorder(TensorSpec from, TensorSpec to) {
    for (TensorSpec spec : new TensorSpec[] {from, to}) {
      if (spec.layout() instanceof Layout.Blocked) {
        throw new IllegalArgumentException(spec + " has no plain strides");
      }
    }
    copy =
        StridedCopy.of(
            from.shape().dims(), from.strides(), to.strides(), from.dataType().byteSize());
  }

  /** Returns the working memory of one call of {@link #run}. */
  static float[] newSquares() {
    return StridedCopy.newSquares();
  }

  void run(Tensor src, Tensor dst, float[] squares) {
    copy.run(src.segment(), dst.segment(), squares);
  }
}
