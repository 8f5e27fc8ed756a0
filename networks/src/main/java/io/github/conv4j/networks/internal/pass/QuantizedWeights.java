package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.definition.Values;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Constant weights of 8 bits less their zero points, which engines take as s8. */
final class QuantizedWeights {
  private final TensorType type;
  private final long[] values;
  private final Scaling scaling;

  private QuantizedWeights(TensorType type, long[] values, Scaling scaling) {
    this.type = type;
    this.values = values;
    this.scaling = scaling;
  }

  /**
   * Returns weights, or null where they are not constant, do not fit into s8 without their zero
   * points, or have scales of another axis than that of output channels.
   *
   * @param channelAxis where output channels are counted
   */
  static @Nullable QuantizedWeights of(
      Draft draft, String integers, Scaling scaling, int channelAxis) {
    Constant constant = draft.known(integers);
    if (constant == null
        || (constant.type() != ElementType.INT8 && constant.type() != ElementType.UINT8)) {
      return null;
    }
    TensorType type = new TensorType(ElementType.INT8, constant.dims());
    boolean single = scaling.isSingle();
    if (channelAxis >= type.rank()) {
      return null;
    }
    if (!single && (scaling.axis() != channelAxis || scaling.count() != type.dim(channelAxis))) {
      return null;
    }
    long[] values = Values.of(constant).integers().clone();
    long inner = 1;
    for (int i = channelAxis + 1; i < type.rank(); i++) {
      inner *= type.dim(i);
    }
    for (int i = 0; i < values.length; i++) {
      values[i] -= scaling.zeroPoint(single ? 0 : (int) (i / inner % type.dim(channelAxis)));
      if (values[i] != (byte) values[i]) {
        return null;
      }
    }
    return new QuantizedWeights(type, values, scaling);
  }

  TensorType type() {
    return type;
  }

  Scaling scaling() {
    return scaling;
  }

  /** Adds them as a constant; returns its name. */
  String add(Draft draft) {
    return draft.add(Values.of(type, values).toConstant());
  }

  /** Returns a matrix with rows and columns exchanged. */
  QuantizedWeights turned() {
    int rows = (int) type.dim(0);
    int columns = (int) type.dim(1);
    long[] turned = new long[values.length];
    Arrays.setAll(turned, i -> values[i % rows * columns + i / rows]);
    return new QuantizedWeights(new TensorType(type.element(), columns, rows), turned, scaling);
  }
}
