package io.github.conv4j.networks.internal.pass;

import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Constants that have one number a channel, or one for all. */
final class Channels {
  private Channels() {}

  /**
   * Returns what a constant is to each channel of a value, or null where it is no such constant.
   *
   * @param node which writes the value: its axis of channels counts
   */
  static float @Nullable [] of(Draft draft, String constant, Node node, String value) {
    float[] values = draft.floats(constant);
    if (values == null) {
      return null;
    }
    TensorType type = draft.type(value);
    int axis = axis(node, type);
    if (axis < 0) {
      return null;
    }
    int channels = (int) type.dim(axis);
    if (values.length == 1) {
      float[] all = new float[channels];
      Arrays.fill(all, values[0]);
      return draft.type(constant).rank() <= type.rank() ? all : null;
    }
    long[] dims = draft.type(constant).dims();
    int shift = type.rank() - dims.length;
    if (shift < 0 || values.length != channels) {
      return null;
    }
    for (int i = 0; i < dims.length; i++) {
      if (dims[i] != (i + shift == axis ? channels : 1)) {
        return null;
      }
    }
    return values;
  }

  /** Returns which axis counts the channels of what a node writes; -1 if none does. */
  static int axis(Node node, TensorType type) {
    int axis = Fused.is(node) && node.operator().equals(Fused.PRODUCT) ? type.rank() - 1 : 1;
    return axis < type.rank() ? axis : -1;
  }
}
