package io.github.conv4j.networks.internal.lower;

import io.github.conv4j.Convolution;
import io.github.conv4j.FpmathMode;
import io.github.conv4j.Padding;
import io.github.conv4j.PostOp;
import io.github.conv4j.Requantization;
import io.github.conv4j.engine.ConvolutionRequest;
import io.github.conv4j.engine.Engine;
import io.github.conv4j.engine.PreparedConvolution;
import io.github.conv4j.internal.prepared.InPlaceSums;
import io.github.conv4j.networks.graph.Constant;
import io.github.conv4j.networks.graph.ElementType;
import io.github.conv4j.networks.graph.Node;
import io.github.conv4j.networks.internal.definition.TensorType;
import io.github.conv4j.networks.internal.pass.Attributes;
import io.github.conv4j.networks.internal.pass.Draft;
import io.github.conv4j.networks.internal.pass.Fused;
import io.github.conv4j.networks.internal.pass.TransposedPadding;
import io.github.conv4j.networks.internal.permission.Permissions;
import io.github.conv4j.tensor.DataType;
import io.github.conv4j.tensor.Layout;
import io.github.conv4j.tensor.Shape;
import io.github.conv4j.tensor.Tensor;
import io.github.conv4j.tensor.TensorSpec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Convolutions and products with constant weights, which an engine computes. */
final class ConvolutionLowering {
  private ConvolutionLowering() {}

  /** Adds what was prepared for a node as a step. */
  static void lower(Lowering to, Node node) {
    String src = node.inputs().getFirst();
    String dst = node.outputs().getFirst();
    boolean isProduct = node.operator().equals(Fused.PRODUCT);
    Order srcOrder = order(isProduct, to.rank(src));
    Order dstOrder = order(isProduct, to.rank(dst));
    int value = to.read(src, srcOrder);
    List<Integer> given = new ArrayList<>();
    int operand = Fused.firstOperand(node);
    for (PostOp postOp : Fused.postOps(node).list()) {
      if (postOp instanceof PostOp.Binary binary
          && binary.operand().origin() != PostOp.Origin.DESCRIPTION) {
        String name = node.inputs().get(operand++);
        if (binary.operand().origin() == PostOp.Origin.RUN) {
          given.add(to.read(name, dstOrder));
        }
      }
    }
    int[] operands = given.stream().mapToInt(Integer::intValue).toArray();
    NodeConvolution prepared = to.prepared(node, mayAddInPlace(to, dst, dstOrder, value, given));
    try {
      int result =
          prepared.inPlace()
              ? to.overwrite(dst, given.getFirst(), dstOrder)
              : to.write(dst, dstOrder);
      to.step(node, prepared.prepared(), value, result, operands);
    } catch (Throwable e) {
      prepared.close();
      throw e;
    }
  }

  /**
   * Whether the first operand can be what dst holds: nobody else reads it, neither later nor now.
   */
  private static boolean mayAddInPlace(
      Lowering to, String dst, Order order, int src, List<Integer> given) {
    return !given.isEmpty()
        && given.getFirst() != src
        && given.lastIndexOf(given.getFirst()) == 0
        && !to.isWritten(dst, order)
        && to.isLastRead(given.getFirst());
  }

  /** Returns the first operand that is given at each run, null where there is none. */
  static @Nullable String firstRunOperand(Node node) {
    int operand = Fused.firstOperand(node);
    for (PostOp postOp : Fused.postOps(node).list()) {
      if (postOp instanceof PostOp.Binary binary
          && binary.operand().origin() != PostOp.Origin.DESCRIPTION) {
        if (binary.operand().origin() == PostOp.Origin.RUN) {
          return node.inputs().get(operand);
        }
        operand++;
      }
    }
    return null;
  }

  private static Order order(boolean isProduct, int rank) {
    return isProduct ? Order.rowMajor(rank) : Order.channelsLast(rank);
  }

  /**
   * Prepares a node, on any thread; needs nothing of the nodes around it.
   *
   * @param inPlace whether to try that dst is where the first operand of the run lies
   */
  static NodeConvolution prepare(
      Draft draft, Engine engine, Permissions permissions, Node node, boolean inPlace) {
    return node.operator().equals(Fused.PRODUCT)
        ? product(draft, engine, permissions, node, inPlace)
        : convolution(draft, engine, permissions, node, inPlace);
  }

  private static NodeConvolution convolution(
      Draft draft, Engine engine, Permissions permissions, Node node, boolean inPlace) {
    TensorType src = draft.type(node.inputs().getFirst());
    TensorType dst = draft.type(node.outputs().getFirst());
    TensorType weights = draft.type(node.inputs().get(1));
    int rank = src.rank();
    int axes = rank - 2;
    boolean transposed = node.operator().equals(Fused.CONV_TRANSPOSE);
    long groups = Attributes.integer(node, "group", 1);
    long ic = src.dim(1);
    long oc = dst.dim(1);
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
        .quantization(Fused.quantization(node))
        .requantization(requantization(permissions, src))
        .fpmathMode(Fused.isExact(node) ? FpmathMode.STRICT : permissions.fpmathMode())
        .postOps(Fused.postOps(node));
    if (transposed) {
      var padding = TransposedPadding.of(node, src.dims(), weights.dims(), dst.dims());
      builder
          .padding(Padding.asymmetric(padding.begin(), padding.end()))
          .outputPadding(padding.output());
    } else {
      builder.padding(padding(node, axes));
    }
    Layout layout = Layout.channelsLast(rank);
    return prepare(
        draft,
        engine,
        node,
        inPlace,
        builder.build(),
        spec(draft, node.inputs().getFirst(), layout, src.dims()),
        spec(draft, node.outputs().getFirst(), layout, dst.dims()),
        weights.dims());
  }

  /** Rows of the innermost axis are the pixels of a line. */
  private static NodeConvolution product(
      Draft draft, Engine engine, Permissions permissions, Node node, boolean inPlace) {
    long[] dims = draft.type(node.inputs().get(1)).dims();
    long n = dims[0];
    long k = dims[1];
    long rows = draft.type(node.inputs().getFirst()).elementCount() / k;
    Convolution convolution =
        Convolution.conv1d(k, n)
            .kernel(1)
            .bias(node.hasInput(2))
            .quantization(Fused.quantization(node))
            .requantization(requantization(permissions, draft.type(node.inputs().getFirst())))
            .fpmathMode(permissions.fpmathMode())
            .postOps(Fused.postOps(node))
            .build();
    return prepare(
        draft,
        engine,
        node,
        inPlace,
        convolution,
        spec(draft, node.inputs().getFirst(), Layout.NWC, 1, k, rows),
        spec(draft, node.outputs().getFirst(), Layout.NWC, 1, n, rows),
        new long[] {n, k, 1});
  }

  /** Layers of floats are the same whatever is permitted for integers. */
  private static Requantization requantization(Permissions permissions, TensorType src) {
    return src.element() == ElementType.FLOAT ? Requantization.EXACT : permissions.requantization();
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

  private static NodeConvolution prepare(
      Draft draft,
      Engine engine,
      Node node,
      boolean inPlace,
      Convolution convolution,
      TensorSpec src,
      TensorSpec dst,
      long[] weightsDims) {
    try (Arena arena = Arena.ofConfined()) {
      Tensor weights = tensor(constant(draft, node, 1), arena, weightsDims);
      long channels = convolution.outChannels();
      Tensor bias = node.hasInput(2) ? tensor(constant(draft, node, 2), arena, channels) : null;
      List<Tensor> constants = new ArrayList<>();
      int operand = Fused.firstOperand(node);
      for (PostOp postOp : convolution.postOps().list()) {
        if (postOp instanceof PostOp.Binary binary
            && binary.operand().origin() != PostOp.Origin.DESCRIPTION) {
          if (binary.operand().origin() == PostOp.Origin.REQUEST) {
            constants.add(tensor(constant(draft, node, operand), arena, channels));
          }
          operand++;
        }
      }
      ConvolutionRequest request =
          ConvolutionRequest.of(convolution, src)
              .withDst(dst)
              .withParameters(weights, bias)
              .withOperands(constants);
      PreparedConvolution sum =
          inPlace && engine instanceof InPlaceSums sums ? sums.prepareInPlace(request) : null;
      return sum == null
          ? new NodeConvolution(engine.prepare(request), false)
          : new NodeConvolution(sum, true);
    }
  }

  private static Constant constant(Draft draft, Node node, int input) {
    String name = node.inputs().get(input);
    return Objects.requireNonNull(draft.constant(name), name);
  }

  private static Tensor tensor(Constant constant, Arena arena, long... dims) {
    MemorySegment bytes = arena.allocate(constant.data().byteSize(), 64);
    MemorySegment.copy(constant.data(), 0, bytes, 0, bytes.byteSize());
    Shape shape = Shape.of(dims);
    TensorSpec spec = dims.length == 1 ? TensorSpec.bias(dims[0]) : TensorSpec.weights(shape);
    return Tensor.wrap(spec.withDataType(dataType(constant.type())), bytes);
  }

  private static TensorSpec spec(Draft draft, String value, Layout layout, long... dims) {
    return TensorSpec.of(dataType(draft.type(value).element()), layout, Shape.of(dims));
  }

  private static DataType dataType(ElementType element) {
    return switch (element) {
      case FLOAT -> DataType.F32;
      case UINT8 -> DataType.U8;
      case INT8 -> DataType.S8;
      case INT32 -> DataType.S32;
      default -> throw new IllegalArgumentException("no engine computes with " + element);
    };
  }
}
