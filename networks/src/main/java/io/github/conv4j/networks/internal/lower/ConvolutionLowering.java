package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.Convolution;
import io.github.conv4j.Padding;
import io.github.conv4j.PostOp;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.InPlaceSums;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.pass.Attributes;
import io.github.conv4j.networks.internal.pass.Fused;
import io.github.conv4j.networks.internal.pass.TransposedPadding;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Convolutions and products with constant weights, which an engine computes. */
final class ConvolutionLowering {
  private ConvolutionLowering() {}

  static void convolution(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    TensorType weights = to.type(node.inputs().get(1));
    int rank = to.rank(src);
    int axes = rank - 2;
    boolean transposed = node.operator().equals(Fused.CONV_TRANSPOSE);
    long groups = Attributes.integer(node, "group", 1);
    long ic = to.type(src).dim(1);
    long oc = to.type(dst).dim(1);
    Convolution.Builder builder =
        switch (axes) {
          case 1 -> transposed ? Convolution.transposed1d(ic, oc) : Convolution.conv1d(ic, oc);
          case 2 -> transposed ? Convolution.transposed2d(ic, oc) : Convolution.conv2d(ic, oc);
          default -> transposed ? Convolution.transposed3d(ic, oc) : Convolution.conv3d(ic, oc);
        };
    long[] kernel = Arrays.copyOfRange(weights.dims(), 2, rank);
    builder
        .groups(groups)
        .kernel(kernel)
        .stride(Attributes.integers(node, "strides", axes, 1))
        .dilation(Attributes.integers(node, "dilations", axes, 1))
        .bias(node.hasInput(2))
        .postOps(Fused.postOps(node));
    if (transposed) {
      var padding = TransposedPadding.of(node, to.dims(src), weights.dims(), to.dims(dst));
      builder
          .padding(Padding.asymmetric(padding.begin(), padding.end()))
          .outputPadding(padding.output());
    } else {
      builder.padding(padding(node, axes));
    }
    Order order = Order.channelsLast(rank);
    Layout layout = Layout.channelsLast(rank);
    run(
        to,
        node,
        builder.build(),
        TensorSpec.f32(layout, to.dims(src)),
        TensorSpec.f32(layout, to.dims(dst)),
        weights.dims(),
        order,
        order);
  }

  /** Rows of the innermost axis are the pixels of a line. */
  static void product(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    long[] dims = to.dims(node.inputs().get(1));
    long n = dims[0];
    long k = dims[1];
    long rows = to.type(src).elementCount() / k;
    Convolution convolution =
        Convolution.conv1d(k, n)
            .kernel(1)
            .bias(node.hasInput(2))
            .postOps(Fused.postOps(node))
            .build();
    run(
        to,
        node,
        convolution,
        TensorSpec.f32(Layout.NWC, 1, k, rows),
        TensorSpec.f32(Layout.NWC, 1, n, rows),
        new long[] {n, k, 1},
        Order.rowMajor(to.rank(src)),
        Order.rowMajor(to.rank(dst)));
  }

  private static Padding padding(Node node, int axes) {
    return switch (Attributes.text(node, "auto_pad", "NOTSET")) {
      case "SAME_UPPER" -> Padding.sameUpper();
      case "SAME_LOWER" -> Padding.sameLower();
      case "VALID" -> Padding.valid();
      default -> {
        long[] pads = Attributes.integers(node, "pads", 2 * axes, 0);
        yield Padding.asymmetric(
            Arrays.copyOf(pads, axes), Arrays.copyOfRange(pads, axes, 2 * axes));
      }
    };
  }

  private static void run(
      Lowering to,
      Node node,
      Convolution convolution,
      TensorSpec srcSpec,
      TensorSpec dstSpec,
      long[] weightsDims,
      Order srcOrder,
      Order dstOrder) {
    String dst = node.outputs().getFirst();
    int src = to.read(node.inputs().getFirst(), srcOrder);
    List<Integer> given = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      Tensor weights = tensor(to.constant(node.inputs().get(1)), arena, weightsDims);
      String biasName = node.inputs().get(2);
      Tensor bias =
          biasName.isEmpty()
              ? null
              : tensor(to.constant(biasName), arena, convolution.outChannels());
      var request =
          ConvolutionRequest.of(convolution, srcSpec)
              .withDst(dstSpec)
              .withParameters(weights, bias);
      List<Tensor> constants = new ArrayList<>();
      int operand = Fused.firstOperand(node);
      for (PostOp postOp : convolution.postOps().list()) {
        if (!(postOp instanceof PostOp.Binary binary)
            || binary.operand().origin() == PostOp.Origin.DESCRIPTION) {
          continue;
        }
        String name = node.inputs().get(operand++);
        if (binary.operand().origin() == PostOp.Origin.REQUEST) {
          constants.add(tensor(to.constant(name), arena, convolution.outChannels()));
        } else {
          given.add(to.read(name, dstOrder));
        }
      }
      request = request.withOperands(constants);
      PreparedConvolution inPlace =
          mayAddInPlace(to, dst, dstOrder, src, given)
              ? ((InPlaceSums) to.engine()).prepareInPlace(request)
              : null;
      PreparedConvolution prepared = inPlace == null ? to.engine().prepare(request) : inPlace;
      try {
        int result =
            inPlace == null
                ? to.write(dst, dstOrder)
                : to.overwrite(dst, given.getFirst(), dstOrder);
        int[] operands = given.stream().mapToInt(Integer::intValue).toArray();
        to.step(node, prepared, src, result, operands);
      } catch (Throwable e) {
        prepared.close();
        throw e;
      }
    }
  }

  /**
   * Whether the first operand can be what dst holds: nobody else reads it, neither later nor now.
   */
  private static boolean mayAddInPlace(
      Lowering to, String dst, Order order, int src, List<Integer> given) {
    return to.engine() instanceof InPlaceSums
        && !given.isEmpty()
        && given.getFirst() != src
        && given.lastIndexOf(given.getFirst()) == 0
        && !to.isWritten(dst, order)
        && to.isLastRead(given.getFirst());
  }

  private static Tensor tensor(Constant constant, Arena arena, long... dims) {
    MemorySegment bytes = arena.allocate(constant.data().byteSize(), 64);
    MemorySegment.copy(constant.data(), 0, bytes, 0, bytes.byteSize());
    Shape shape = Shape.of(dims);
    TensorSpec spec = dims.length == 1 ? TensorSpec.bias(dims[0]) : TensorSpec.weights(shape);
    return Tensor.wrap(spec, bytes);
  }
}
