package io.github.conv4j.internal.compose;

import io.github.conv4j.internal.copies.StridedCopy;
import io.github.conv4j.internal.primitive.BoundPrimitive;
import io.github.conv4j.internal.primitive.Primitive;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;

/** Copies an activation into another plain or strided layout. */
final class Reorder implements Primitive {
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

  @Override
  public BoundPrimitive bind(MemorySegment scratchpad, boolean kept) {
    float[] squares = StridedCopy.newSquares();
    return (src, dst, _) -> copy.run(src, dst, squares);
  }
}
