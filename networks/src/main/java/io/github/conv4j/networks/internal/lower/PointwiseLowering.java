package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.PostOp;
import io.github.conv4j.PostOps;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.pass.Fused;
import java.util.ArrayList;
import java.util.List;

/** Chains of pointwise functions, in whatever order their source lies. */
final class PointwiseLowering {
  private PointwiseLowering() {}

  static void lower(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    PostOps postOps = Fused.postOps(node);
    Order order = to.place(src).order();
    long[] dims = to.dims(src);
    List<Integer> operands = new ArrayList<>();
    int input = Fused.firstOperand(node);
    boolean hasChannels = false;
    for (PostOp postOp : postOps.list()) {
      if (!(postOp instanceof PostOp.Binary binary)
          || binary.operand().origin() == PostOp.Origin.DESCRIPTION) {
        continue;
      }
      String name = node.inputs().get(input++);
      boolean full = binary.operand().extent() == PostOp.Extent.FULL;
      hasChannels |= binary.operand().extent() == PostOp.Extent.PER_CHANNEL;
      operands.add(to.read(name, full ? order : Order.rowMajor(to.rank(name))));
    }
    long channels = hasChannels ? dims[1] : 1;
    long channelStride = hasChannels ? order.strides(dims)[1] : 1;
    int from = to.place(src).value();
    int result = to.write(dst, order);
    to.step(
        node,
        new PointwiseDefinition(
            postOps, to.type(src).elementCount(), channels, channelStride),
        "java:definition",
        from,
        result,
        operands.stream().mapToInt(Integer::intValue).toArray());
  }
}
