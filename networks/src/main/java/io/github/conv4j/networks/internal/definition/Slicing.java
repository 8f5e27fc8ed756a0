package io.github.conv4j.networks.internal.definition;

import java.util.stream.LongStream;

/** Slice: a range of some axes, perhaps backwards, perhaps with steps. */
final class Slicing {
  static final Definition DEFINITION =
      Definition.single(
          call -> call.result(call.element(0), new Slicing(call).dims),
          (call, type) -> {
            Slicing slicing = new Slicing(call);
            return call.value(0)
                .picked(type, Layout.offsets(slicing.dims, slicing.strides, slicing.start));
          });

  private final long[] dims;
  private final long[] strides;
  private long start;

  private Slicing(NodeCall call) {
    this.dims = call.dims(0);
    this.strides = Layout.strides(dims);
    boolean inputs = call.opset() >= 10;
    long[] starts = inputs ? call.list(1) : call.integers("starts");
    long[] ends = inputs ? call.list(2) : call.integers("ends");
    long[] all = LongStream.range(0, starts.length).toArray();
    long[] axes = !inputs ? call.integers("axes", all) : call.has(3) ? call.list(3) : all;
    long[] steps = call.has(4) ? call.list(4) : Windows.ones(starts.length);
    call.require(
        ends.length == starts.length
            && axes.length == starts.length
            && steps.length == starts.length,
        "has %d starts, %d ends, %d axes and %d steps",
        starts.length,
        ends.length,
        axes.length,
        steps.length);
    int[] counted = call.axes(axes, dims.length);
    for (int i = 0; i < counted.length; i++) {
      call.require(steps[i] != 0, "has a step of 0");
      narrow(counted[i], starts[i], ends[i], steps[i]);
    }
  }

  private void narrow(int axis, long from, long to, long step) {
    long dim = dims[axis];
    if (dim == 0) {
      return;
    }
    long least = step > 0 ? 0 : -1;
    long most = step > 0 ? dim : dim - 1;
    long first = Math.clamp(from < 0 ? from + dim : from, 0, most);
    long end = Math.clamp(to < 0 ? to + dim : to, least, most);
    long count = 0;
    if (step > 0 && first < end) {
      count = (end - first - 1) / step + 1;
    } else if (step < 0 && first > end) {
      count = (end - first + 1) / step + 1;
    }
    start += count > 0 ? first * strides[axis] : 0;
    dims[axis] = count;
    strides[axis] *= step;
  }
}
