package io.github.conv4j.onednn;

import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Translates between {@link TensorSpec} and oneDNN's memory descriptors. */
final class MemoryDescs {
  private MemoryDescs() {}

  /** Creates the descriptor of an f32 spec whose layout is plain, strided or ANY. */
  static MemorySegment create(TensorSpec spec) {
    return spec.isAny()
        ? Dnnl.createAnyF32Desc(spec.shape().dims())
        : Dnnl.createF32Desc(spec.shape().dims(), spec.strides());
  }

  /** Reads a descriptor that oneDNN chose. */
  static TensorSpec read(MemorySegment desc) {
    Dnnl.DescFields fields = Dnnl.fields(desc);
    Shape shape = Shape.of(fields.dims());
    return TensorSpec.of(DataType.F32, layout(fields, shape), shape);
  }

  private static Layout layout(Dnnl.DescFields fields, Shape shape) {
    if (fields.blockSizes().length > 0) {
      return new Layout.Blocked(
          Arrays.stream(fields.strides()).boxed().toList(),
          Arrays.stream(fields.blockAxes()).mapToInt(Math::toIntExact).boxed().toList(),
          Arrays.stream(fields.blockSizes()).mapToInt(Math::toIntExact).boxed().toList());
    }
    for (Layout plain :
        List.of(Layout.channelsLast(shape.rank()), Layout.channelsFirst(shape.rank()))) {
      if (sameAddresses(TensorSpec.of(DataType.F32, plain, shape).strides(), fields, shape)) {
        return plain;
      }
    }
    return Layout.strided(fields.strides());
  }

  /** A stride says nothing along a dimension of size 1. */
  private static boolean sameAddresses(long[] strides, Dnnl.DescFields fields, Shape shape) {
    for (int i = 0; i < strides.length; i++) {
      if (shape.dim(i) > 1 && strides[i] != fields.strides()[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * Returns a short text in oneDNN's notation, such as {@code ABcd16b64a}, for a weights layout.
   */
  static String describe(MemorySegment desc) {
    Dnnl.DescFields fields = Dnnl.fields(desc);
    int rank = fields.dims().length;
    Integer[] axes = new Integer[rank];
    Arrays.setAll(axes, i -> i);
    Arrays.sort(axes, (a, b) -> Long.compare(fields.strides()[b], fields.strides()[a]));
    List<Long> blocked = Arrays.stream(fields.blockAxes()).boxed().toList();
    String outer =
        Arrays.stream(axes)
            .map(axis -> name(axis, blocked.contains((long) axis)))
            .collect(Collectors.joining());
    var inner = new StringBuilder();
    for (int i = 0; i < fields.blockSizes().length; i++) {
      inner.append(fields.blockSizes()[i]).append(name((int) fields.blockAxes()[i], false));
    }
    return outer + inner;
  }

  private static String name(int axis, boolean blocked) {
    char letter = (char) ('a' + axis);
    return String.valueOf(blocked ? Character.toUpperCase(letter) : letter);
  }
}
