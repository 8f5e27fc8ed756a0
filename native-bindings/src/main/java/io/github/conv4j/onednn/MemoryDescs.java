package io.github.conv4j.onednn;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** Says what is in oneDNN's memory descriptors. */
final class MemoryDescs {
  private MemoryDescs() {}

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
