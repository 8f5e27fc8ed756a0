package io.github.conv4j.tensor;

import java.util.Arrays;
import java.util.Objects;

/** What a part of a tensor is. */
final class TensorSlices {
  private TensorSlices() {}

  static TensorSpec spec(TensorSpec whole, long[] begin, long[] size) {
    Objects.requireNonNull(begin, "begin");
    Objects.requireNonNull(size, "size");
    Shape shape = whole.shape();
    if (begin.length != shape.rank() || size.length != shape.rank()) {
      throw new IllegalArgumentException(
          "begin %s and size %s need one number for each dimension of %s"
              .formatted(Arrays.toString(begin), Arrays.toString(size), shape));
    }
    for (int axis = 0; axis < begin.length; axis++) {
      boolean inside =
          begin[axis] >= 0 && size[axis] >= 1 && size[axis] <= shape.dim(axis) - begin[axis];
      if (!inside) {
        throw new IllegalArgumentException(
            "a slice of %d from %d along axis %d is not inside shape %s"
                .formatted(size[axis], begin[axis], axis, shape));
      }
    }
    TensorSpec sameName = whole.withShape(Shape.of(size));
    if (whole.layout() instanceof Layout.Blocked blocked) {
      requireWholeBlocks(whole, blocked, begin, size);
      return sameName;
    }
    TensorSpec sameSteps = sameName.withLayout(Layout.strided(whole.strides()));
    return sameName.equals(sameSteps) ? sameName : sameSteps;
  }

  private static void requireWholeBlocks(
      TensorSpec whole, Layout.Blocked blocked, long[] begin, long[] size) {
    long[] blocks = new long[begin.length];
    Arrays.fill(blocks, 1);
    for (int i = 0; i < blocked.blockAxes().size(); i++) {
      blocks[blocked.blockAxes().get(i)] *= blocked.blockSizes().get(i);
    }
    for (int axis = 0; axis < blocks.length; axis++) {
      boolean toTheEnd = begin[axis] + size[axis] == whole.shape().dim(axis);
      if (begin[axis] % blocks[axis] != 0 || !(toTheEnd || size[axis] % blocks[axis] == 0)) {
        throw new IllegalArgumentException(
            "a slice of %d from %d along axis %d cuts through the blocks of %d of %s"
                .formatted(size[axis], begin[axis], axis, blocks[axis], whole));
      }
    }
  }
}
