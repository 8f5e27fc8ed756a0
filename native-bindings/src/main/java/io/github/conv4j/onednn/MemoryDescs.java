package io.github.conv4j.onednn;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** Says what is in oneDNN's memory descriptors. */
final class MemoryDescs {
  private MemoryDescs() {}

  /**
   * Returns a short text in oneDNN's notation, such as {@code ABcd16b64a}, for a weights layout.
   */
  static String describe(MemorySegment desc) {
    Dnnl.DescFields fields = Dnnl.fields(desc);
    int rank = fields.dims().length;
    List<Integer> axes = new ArrayList<>();
    for (int axis = 0; axis < rank; axis++) {
      axes.add(axis);
    }
    axes.sort((a, b) -> Long.compare(fields.strides()[b], fields.strides()[a]));
    var text = new StringBuilder();
    for (int axis : axes) {
      text.append(name(axis, isBlocked(axis, fields.blockAxes())));
    }
    for (int i = 0; i < fields.blockSizes().length; i++) {
      text.append(fields.blockSizes()[i]).append(name((int) fields.blockAxes()[i], false));
    }
    return text.toString();
  }

  private static boolean isBlocked(int axis, long[] blockAxes) {
    for (long blocked : blockAxes) {
      if (blocked == axis) {
        return true;
      }
    }
    return false;
  }

  private static String name(int axis, boolean blocked) {
    char letter = (char) ('a' + axis);
    return String.valueOf(blocked ? Character.toUpperCase(letter) : letter);
  }
}
