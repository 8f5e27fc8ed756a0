package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.ResizeTable;
import io.github.conv4j.networks.internal.operator.Resampling;
import io.github.conv4j.networks.internal.operator.ResamplingAxis;
import java.util.List;

/** Resize and Upsample along spatial axes. */
final class ResizeLowering {
  private ResizeLowering() {}

  static boolean lower(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    int rank = to.rank(src);
    if (rank < 3
        || rank > 5
        || to.type(src).element() != ElementType.FLOAT
        || to.type(src).elementCount() == 0
        || to.type(dst).elementCount() == 0
        || to.dims(src)[0] != to.dims(dst)[0]
        || to.dims(src)[1] != to.dims(dst)[1]) {
      return false;
    }
    List<ResizeTable> tables =
        ResizeTable.of(node, to.draft().opset(), to.inputTypes(node), to.constants(node)::get);
    if (tables == null) {
      return false;
    }
    ResamplingAxis[] axes = {ResamplingAxis.NONE, ResamplingAxis.NONE, ResamplingAxis.NONE};
    for (int i = 2; i < rank; i++) {
      axes[5 - rank + i - 2] = axis(Math.toIntExact(to.dims(src)[i]), tables.get(i));
    }
    Order order = Order.channelsLast(rank);
    int from = to.read(src, order);
    int result = to.write(dst, order);
    var primitive =
        new Resampling(
            to.dims(src)[0],
            axes[0],
            axes[1],
            axes[2],
            Math.toIntExact(to.dims(src)[1]),
            to.threads());
    to.step(node, primitive, "java:resampling", from, result);
    return true;
  }

  private static ResamplingAxis axis(int srcSize, ResizeTable table) {
    boolean mixes = false;
    for (int i = 0; i < table.low().length; i++) {
      mixes |= table.lowWeights()[i] != 1 || table.highWeights()[i] != 0;
    }
    return mixes
        ? ResamplingAxis.linear(
            srcSize, table.low(), table.high(), table.lowWeights(), table.highWeights())
        : ResamplingAxis.nearest(srcSize, table.low());
  }
}
