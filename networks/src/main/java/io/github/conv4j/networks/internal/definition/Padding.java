package io.github.conv4j.networks.internal.definition;

import java.util.stream.LongStream;

/** Pad: more elements, or with negative pads fewer, at the ends of axes. */
final class Padding {
  static final Definition DEFINITION =
      Definition.single(
          call -> call.result(call.element(0), new Padding(call).dims),
          (call, type) -> {
            Padding padding = new Padding(call);
            int[] sources = Movements.sources(call, type, padding::source);
            return call.value(0).picked(type, sources, fill(call));
          });

  private final long[] src;
  private final long[] dims;
  private final long[] before;
  private final String mode;

  private Padding(NodeCall call) {
    this.src = call.dims(0);
    this.dims = src.clone();
    this.before = new long[dims.length];
    this.mode = call.text("mode", "constant");
    boolean known =
        switch (mode) {
          case "constant", "reflect", "edge" -> true;
          case "wrap" -> call.opset() >= 19;
          default -> false;
        };
    call.require(known, "has mode \"%s\"", mode);
    if (call.has(2)) {
      call.requireSame(0, 2);
      call.require(call.type(2).elementCount() == 1, "pads with %s, not one value", call.type(2));
    }
    long[] pads = call.opset() >= 11 ? call.list(1) : call.integers("pads");
    long[] all = LongStream.range(0, dims.length).toArray();
    int[] axes = call.axes(call.has(3) ? call.list(3) : all, dims.length);
    call.require(
        pads.length == 2 * axes.length, "has %d pads for %d axes", pads.length, axes.length);
    for (int i = 0; i < axes.length; i++) {
      int axis = axes[i];
      before[axis] = pads[i];
      dims[axis] = Math.addExact(Math.addExact(src[axis], pads[i]), pads[i + axes.length]);
      call.require(dims[axis] >= 0, "pads away more than all of %s", call.type(0));
      call.require(
          src[axis] > 0 || dims[axis] == 0 || mode.equals("constant"),
          "has nothing to repeat in %s",
          call.type(0));
    }
  }

  private long source(int axis, long index) {
    long at = index - before[axis];
    long count = src[axis];
    if (at >= 0 && at < count) {
      return at;
    }
    return switch (mode) {
      case "edge" -> Math.clamp(at, 0, count - 1);
      case "wrap" -> Math.floorMod(at, count);
      case "reflect" -> {
        // There and back without repeating the ends.
        long period = Math.max(1, 2 * (count - 1));
        long phase = Math.floorMod(at, period);
        yield Math.min(phase, period - phase) % count;
      }
      default -> -1;
    };
  }

  private static Values fill(NodeCall call) {
    if (call.has(2)) {
      return call.value(2);
    }
    TensorType one = new TensorType(call.element(0));
    double value = call.real("value", 0);
    return Reductions.ofType(one, new double[] {value});
  }
}
